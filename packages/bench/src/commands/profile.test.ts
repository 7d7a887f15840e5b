import { describeBlas } from "@bort/backend-native";
import { describe, expect, it } from "vitest";
import { command } from "./profile.js";

const blas = (() => {
  try {
    return describeBlas();
  } catch {
    return undefined;
  }
})();

describe.skipIf(blas === undefined)("profile (needs a BLAS)", () => {
  it("shows the dearest steps, and every step in its result", async () => {
    const { text, result } = await command.run(["2,8,16,2,32,1,50,2"], { threads: "1", repeats: "1", top: "3" });
    const [head, kinds, steps] = text.split("\n\n");
    expect(head).toMatch(/^profile 2,8,16,2,32,1,50,2 on native \(.*\), 1 thread: [\d.]+ ms in \d+ steps$/);
    expect(kinds).toMatch(/loss gemm +[\d.]+ +[\d.]+% +[\d.]+/);
    expect(steps!.split("\n")).toHaveLength(2 + 3);
    expect((result as { steps: unknown[] }).steps.length).toBeGreaterThan(3);
  });
});

it("refuses to show nothing", async () => {
  await expect(command.run(["2,8,16,2,32,1,50,2"], { top: "0" })).rejects.toMatchObject({ code: "bench/bad-option" });
});
