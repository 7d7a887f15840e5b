import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The error of a toy: a function of the trial alone. */
export const errorOf = ([depth, heads, hidden, intermediate], { rate }) => 1 + Math.sin(depth * 12.9 + heads * 78.2 + hidden * 37.7 + intermediate * 3.1 + rate * 9.1) / 2;

/** A trial that takes `milliseconds` and notes its beginning and end in `diary`; `ways` says of some architectures how they end otherwise. */
export async function* toyTrial({ task: { arch, theta, steps = 2 }, input: { milliseconds = 0, diary, ways = {} }, threads }, { signal }) {
  const name = `${theta.rate}:${arch}`;
  const note = (text) => diary && appendFileSync(diary, `${text} ${name}\n`);
  note("begin");
  for (let step = 1; step <= steps; step++) {
    yield { step, steps, loss: threads };
    await sleep(milliseconds / steps, undefined, { signal });
  }
  const way = ways[name];
  if (way === "throws") throw new RangeError("no such\ntraining");
  if (way === "diverges") return NaN;
  note("end");
  return errorOf(arch, theta);
}

