import { describe, expect, it } from "vitest";
import { canonicalJson, settingsFingerprint } from "./settings-fingerprint.js";

describe("settingsFingerprint", () => {
  it("does not depend on the order of keys nor on undefined fields", () => {
    const a = settingsFingerprint({ epsilon: 2, space: { depth: [2, 4], heads: [4] }, offset: undefined });
    expect(a).toBe(settingsFingerprint({ space: { heads: [4], depth: [2, 4] }, epsilon: 2 }));
    expect(a).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([{ epsilon: 3 }, { epsilon: "2" }, { epsilon: 2, seed: 0 }, { epsilon: [2] }, {}])("differs for %o", (settings) => {
    expect(settingsFingerprint(settings)).not.toBe(settingsFingerprint({ epsilon: 2 }));
  });

  it.each([NaN, Infinity, 1n, () => 1, new Map(), Symbol("x")])("refuses a value that JSON cannot hold: %o", (value) => {
    expect(() => settingsFingerprint({ value })).toThrow(expect.objectContaining({ code: "trials/bad-settings" }));
  });
});

describe("canonicalJson", () => {
  it("is JSON with sorted keys", () => {
    const value = { b: [1, { d: null, c: "\"x\n" }], a: true };
    expect(canonicalJson(value)).toBe('{"a":true,"b":[1,{"c":"\\"x\\n","d":null}]}');
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
  });
});
