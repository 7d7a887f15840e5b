import { expect, it } from "vitest";
import { MergeQueue } from "./merge-queue.js";

/** A queue of these words of one-digit ids. */
function queueOf(words: Readonly<Record<string, number>>): MergeQueue {
  const queue = new MergeQueue(Object.keys(words).join("").length, 100);
  for (const [word, count] of Object.entries(words)) queue.add([...word].map(Number), count);
  queue.start();
  return queue;
}

it("gives the most frequent pair first, and of equals the one with the lower ids", () => {
  const queue = queueOf({ "12": 3, "34": 5, "13": 3, "02": 3 });
  const pairs = [1, 1, 1, 1].map(() => queue.pop(1));
  expect(pairs.map((pair) => [pair!.left, pair!.right])).toEqual([[3, 4], [0, 2], [1, 2], [1, 3]]);
  expect(queue.pop(1)).toBeUndefined();
});

it("counts a pair again when a merge has taken its tokens", () => {
  const queue = queueOf({ "123": 5, "12": 4, "23": 3 });
  const first = queue.pop(1)!; // 1 2 stands 9 times; 2 3 stood 8 times and stands 3 times after the merge.
  expect([first.left, first.right]).toEqual([1, 2]);
  queue.merge(first, 10);
  expect(queue.pop(1)).toMatchObject({ left: 10, right: 3, count: 5 });
  expect(queue.pop(4)).toBeUndefined();
});

it("merges a run of equal tokens from the left", () => {
  const queue = queueOf({ "11111": 2 });
  queue.merge(queue.pop(1)!, 10); // 10 10 1
  expect(queue.pop(1)).toMatchObject({ left: 10, right: 1, count: 2 });
  expect(queue.pop(1)).toMatchObject({ left: 10, right: 10, count: 2 });
  expect(queue.pop(1)).toBeUndefined();
});
