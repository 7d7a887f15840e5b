import { describe, expect, it } from "vitest";
import { disposeAll, type Held, holding } from "./holding.js";

/** Parts that write their names into a list when they go; one of them fails to. */
function partsIn(gone: string[], failing?: string): (name: string) => Held {
  return (name) => ({
    dispose: async () => {
      gone.push(name);
      if (name === failing) throw new Error(`${name} stays`);
    },
  });
}

describe("holding", () => {
  it("gives what is made, and leaves its parts alone", async () => {
    const gone: string[] = [];
    const part = partsIn(gone);
    const [first, second] = await holding(async (hold) => [hold(part("first")), hold(part("second"))]);
    expect(gone).toEqual([]);
    await disposeAll([first!, null, second!]);
    expect(gone).toEqual(["first", "second"]);
  });

  it("disposes of what was held before a part that cannot be made, whose error is told", async () => {
    for (const failing of [undefined, "first"]) {
      const gone: string[] = [];
      const part = partsIn(gone, failing);
      const making = holding(async (hold) => {
        hold(part("first"));
        hold(part("second"));
        throw new Error("no third");
      });
      await expect(making).rejects.toThrow("no third");
      expect(gone).toEqual(["first", "second"]);
    }
  });
});

describe("disposeAll", () => {
  it("disposes of the rest where one cannot be, and then says so", async () => {
    const gone: string[] = [];
    const part = partsIn(gone, "first");
    await expect(disposeAll([part("first"), part("second")])).rejects.toThrow("first stays");
    expect(gone).toEqual(["first", "second"]);
  });
});
