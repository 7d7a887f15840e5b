import { type SliceRuns } from "./slicing.js";

/** Makes a gradient that of a part of its parameter: the part's in its places, unless it was written there in the first place, and zero in all others. Runs ascend. */
export function writePart(gradient: Float32Array, part: Float32Array, { starts, length }: SliceRuns): void {
  const isThere = part.buffer === gradient.buffer && part.byteOffset === gradient.subarray(starts[0]).byteOffset;
  let end = 0;
  for (const [i, start] of starts.entries()) {
    gradient.fill(0, end, start);
    if (!isThere) gradient.set(part.subarray(i * length, (i + 1) * length), start);
    end = start + length;
  }
  gradient.fill(0, end);
}

/** Adds the gradient of a part of a parameter in its places, in any order; one that is named twice gets both. */
export function addPart(gradient: Float32Array, part: Float32Array, { starts, length }: SliceRuns): void {
  let next = 0;
  for (const start of starts) for (let i = start; i < start + length; i++) gradient[i]! += part[next++]!;
}
