import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A trial of a word that takes `milliseconds` and notes its beginning and end in `diary`; `ways` says of some words how they end otherwise. */
export async function* toyTrial({ task: word, input: { milliseconds = 0, diary, ways = {} }, threads }, { signal }) {
  const note = (text) => diary && appendFileSync(diary, `${text} ${word}\n`);
  note("begin");
  for (let step = 1; step <= 2; step++) {
    yield { step, threads };
    await sleep(milliseconds / 2, undefined, { signal });
  }
  const way = ways[word];
  if (way === "throws") throw new RangeError("no such\nword");
  if (way === "exits") process.exit(3);
  if (way === "crashes") process.kill(process.pid, "SIGSEGV");
  if (way === "hangs") for (;;);
  if (way === "unclonable") return () => 1;
  note("end");
  return word.length;
}
