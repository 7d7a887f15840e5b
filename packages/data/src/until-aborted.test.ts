import { expect, it } from "vitest";
import { untilAborted } from "./until-aborted.js";

it("gives every item where nothing is aborted", () => {
  expect([...untilAborted([1, 2, 3], new AbortController().signal)]).toEqual([1, 2, 3]);
  expect([...untilAborted("ab", undefined)]).toEqual(["a", "b"]);
});

it("throws the signal's reason in place of the next item, and lets the source end", () => {
  const leaving = new AbortController();
  const seen: number[] = [];
  let ended = false;
  const source = function* (): Generator<number, void, void> {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      ended = true;
    }
  };
  const consume = (): void => {
    for (const item of untilAborted(source(), leaving.signal)) {
      seen.push(item);
      if (item === 2) leaving.abort(new Error("enough"));
    }
  };
  expect(consume).toThrow("enough");
  expect([seen, ended]).toEqual([[0, 1, 2], true]);
});
