import { describe, expect, it } from "vitest";
import { isolateSettings } from "./isolate-options.js";

describe("isolateSettings", () => {
  it("has a limit for return() alone unless asked for more", () => {
    expect(isolateSettings({})).toMatchObject({ timeLimitMs: null, returnGraceMs: 5000, abortGraceMs: null });
    expect(isolateSettings({ timeLimitMs: 0, returnGraceMs: 1.5, abortGraceMs: 2 ** 31 - 1, execArgv: [], env: {} }))
      .toEqual({ timeLimitMs: 0, returnGraceMs: 1.5, abortGraceMs: 2 ** 31 - 1, execArgv: [], env: {} });
  });

  it.each([["timeLimitMs", -1], ["returnGraceMs", Number.NaN], ["abortGraceMs", Infinity], ["timeLimitMs", 2 ** 31]] as const)("refuses %s %d", (name, value) => {
    expect(() => isolateSettings({ [name]: value })).toThrow(expect.objectContaining({ code: "isolate/bad-option", message: expect.stringContaining(`${name} must`) }));
  });
});
