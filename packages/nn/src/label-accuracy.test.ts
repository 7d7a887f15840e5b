import { onnxBackend } from "@bort/backend-onnx";
import { random } from "@bort/data";
import { type Backend, evaluate, parameter, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { labelAccuracy } from "./label-accuracy.js";

const [rows, classes] = [7, 5];
const rng = random(3, "accuracy");
const logits = Float32Array.from({ length: rows * classes }, () => rng.normal());
const labels = Int32Array.from({ length: rows }, () => rng.integer(classes));
const weights = Float32Array.from({ length: rows }, (_, row) => (row % 3 === 2 ? 0 : 1));
const graph = { accuracy: labelAccuracy(parameter("logits", [rows, classes]), parameter("labels", [rows], "i32"), parameter("weights", [rows])) };
const accuracyOf = (feeds: { logits: Float32Array; labels: Int32Array; weights: Float32Array }): number => evaluate([graph.accuracy], feeds)[0]![0]!;

/** The class of the largest logit of each row. */
const guesses = Int32Array.from({ length: rows }, (_, row) => {
  const own = [...logits.subarray(row * classes, (row + 1) * classes)];
  return own.indexOf(Math.max(...own));
});

describe("labelAccuracy", () => {
  it.each<[string, () => Backend | Promise<Backend>]>([["the reference", referenceBackend], ["ONNX Runtime", () => onnxBackend()]])("counts the rows that are guessed right, on %s", async (_, create) => {
    const program = await (await create()).compile(graph);
    for (let right = 0; right <= rows; right++) {
      const some = guesses.map((guess, row) => (row < right ? guess : (guess + 1 + (row % (classes - 1))) % classes));
      const { accuracy } = await program.run({ logits, labels: some, weights });
      const counted = [...weights].filter((weight, row) => weight > 0 && row < right).length;
      expect(accuracy!.data[0]).toBeCloseTo(counted / 5, 6);
    }
    await program.dispose();
  });

  it("is of random labels what counting says", () => {
    const right = labels.filter((label, row) => weights[row]! > 0 && label === guesses[row]).length;
    expect(accuracyOf({ logits, labels, weights })).toBeCloseTo(right / 5, 12);
  });

  it("takes a tie for right", () => {
    expect(accuracyOf({ logits: new Float32Array(rows * classes), labels, weights })).toBe(1);
  });
});
