import { random } from "@bort/data";
import { evaluate, parameter } from "@bort/graph";
import { meanDivergence } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { NO_MASS, studentBuckets, teacherBuckets } from "./top-logits.js";

const [rows, vocabSize] = [3, 9];
const rng = random(5, "top logits");
const draw = (): number[] => Array.from({ length: rows * vocabSize }, () => 4 * rng.normal());
const [student, teacher] = [draw(), draw()];
const temperature = 1.7;

const whole = evaluate([meanDivergence(parameter("s", [rows, vocabSize]), parameter("t", [rows, vocabSize]))],
  { s: student.map((x) => x / temperature), t: teacher.map((x) => x / temperature) })[0]![0]!;

/** KL over the k largest and one bucket. */
function bucketed(k: number): number {
  const order = [0, 1, 2].map((row) => [...Array(vocabSize).keys()].sort((a, b) => teacher[row * vocabSize + b]! - teacher[row * vocabSize + a]!));
  const at = (row: number, token: number): number => row * vocabSize + token;
  const top = { kind: "top", places: parameter("places", [rows, k], "i32"), logits: parameter("logits", [rows, k]), rest: parameter("rest", [rows, 1]) } as const;
  const places = order.flatMap((tokens, row) => tokens.slice(0, k).map((token) => at(row, token)));
  const rest = order.map((tokens, row) => Math.log(tokens.slice(k).reduce((sum, token) => sum + Math.exp(teacher[at(row, token)]! / temperature), 0)));
  const loss = meanDivergence(studentBuckets(parameter("s", [rows, vocabSize]), top), teacherBuckets(top, temperature));
  const feeds = { s: student.map((x) => x / temperature), places, logits: places.map((place) => teacher[place]!), rest: rest.map((mass) => Math.max(mass, NO_MASS)) };
  return evaluate([loss], feeds)[0]![0]!;
}

describe("the divergence over the largest logits and a bucket", () => {
  it.each([vocabSize, vocabSize - 1])("is that over the whole vocabulary of 9 for the %d largest", (k) => expect(bucketed(k)).toBeCloseTo(whole, 10));

  it("never grows as fewer are kept, and is never negative", () => {
    const values = [8, 7, 6, 5, 4, 3, 2, 1].map(bucketed);
    values.forEach((value, i) => expect(value).toBeLessThanOrEqual((values[i - 1] ?? whole) + 1e-12));
    expect(values.at(-1)).toBeGreaterThanOrEqual(0);
    expect(values.at(-1)).toBeLessThan(0.9 * whole);
  });
});
