import { describe, expect, it } from "vitest";
import { fillTemplate, inputTemplateAt, templateProcessor } from "../input-template.js";
import { type Tokenizer } from "../tokenizer.js";
import { classificationBatches, truncatePair, type ClassificationBatchesOptions } from "./classification-batches.js";
import { type TextExample } from "./text-task.js";

const bort = inputTemplateAt(templateProcessor(["<s>", 1], ["</s>", 2], 0));
const roberta = inputTemplateAt({ type: "RobertaProcessing", cls: ["<s>", 1], sep: ["</s>", 2] });

/** A token a word: its number plus 10. */
const tokenizer = {
  modelInput: (first: ArrayLike<number>, second?: ArrayLike<number>) => fillTemplate(bort, first, second),
  special: { begin: 1, pad: 0, end: 2, unknown: 3, mask: 4 },
  encode: (text: string) => Int32Array.from(text === "" ? [] : text.split(" "), (word) => Number(word) + 10),
} as unknown as Tokenizer;

const options: ClassificationBatchesOptions = { tokenizer, labels: ["no", "yes"], batchSize: 2, maxLength: 32, seed: 7, order: "sequential" };

/** Text `i` is the word `i`, between 1 and 40 times. */
const many = (count: number): TextExample[] =>
  Array.from({ length: count }, (_, i) => ({ text: Array.from({ length: 1 + ((i * 17) % 40) }, () => String(i)).join(" "), label: i % 2 === 0 ? "no" : "yes" }));

const code = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};

describe("rows", () => {
  it("frames a text and a pair, and pads to a multiple of 16", () => {
    const batch = classificationBatches([{ text: "5 6", label: "yes" }, { text: "7", pair: "8 9", label: "no" }], options).at(0);
    expect(batch.length).toBe(16);
    expect([...batch.ids.subarray(0, 16)]).toEqual([1, 15, 16, 2, ...Array<number>(12).fill(0)]);
    expect([...batch.ids.subarray(16)]).toEqual([1, 17, 2, 18, 19, 2, ...Array<number>(10).fill(0)]);
    expect([...batch.mask].map((bit, i) => (bit === 1) === (batch.ids[i] !== 0))).not.toContain(false);
    expect([...batch.labels]).toEqual([1, 0]);
    expect([...batch.weights]).toEqual([1, 1]);
  });

  it("cuts to maxLength, which also caps the padding", () => {
    const examples = [{ text: "1 2 3 4 5 6 7 8 9", label: "no" }, { text: "1 2 3 4 5 6", pair: "7 8 9", label: "no" }];
    const batch = classificationBatches(examples, { ...options, maxLength: 8 }).at(0);
    expect(batch.length).toBe(8);
    expect([...batch.ids]).toEqual([1, 11, 12, 13, 14, 15, 16, 2, 1, 11, 12, 13, 2, 17, 18, 2]);
  });

  it("leaves room for as many special tokens as the tokenizer puts around a pair", () => {
    const theirs: Tokenizer = { ...tokenizer, modelInput: (first, second) => fillTemplate(roberta, first, second) };
    const batch = classificationBatches([{ text: "1 2 3 4 5 6", pair: "7 8 9", label: "no" }], { ...options, tokenizer: theirs, batchSize: 1, maxLength: 8 }).at(0);
    expect([...batch.ids]).toEqual([1, 11, 12, 2, 2, 17, 18, 2]);
    expect(code(() => classificationBatches([{ text: "1", pair: "2" }], { ...options, tokenizer: theirs, maxLength: 5 }))).toBe("data/bad-option");
  });

  it("takes from the longer of a pair until both are equal", () => {
    expect(truncatePair(3, 4, 7)).toEqual([3, 4]);
    expect(truncatePair(10, 2, 8)).toEqual([6, 2]);
    expect(truncatePair(2, 10, 8)).toEqual([2, 6]);
    expect(truncatePair(10, 9, 8)).toEqual([4, 4]);
    expect(truncatePair(9, 10, 7)).toEqual([4, 3]);
    expect(truncatePair(4, 10, 7)).toEqual([4, 3]);
    expect(truncatePair(10, 0, 7)).toEqual([7, 0]);
  });
});

describe("sequential order", () => {
  it("completes the last batch with rows of weight 0", () => {
    const batches = classificationBatches(many(5), options);
    expect(batches).toMatchObject({ examples: 5, stepsPerEpoch: 3 });
    const last = batches.at(2);
    expect([...last.weights]).toEqual([1, 0]);
    expect(last.ids.subarray(0, last.length)).toEqual(last.ids.subarray(last.length));
    expect(batches.at(3)).toEqual(batches.at(0));
  });

  it("gives weight 0 to an example without a label", () => {
    const batch = classificationBatches([{ text: "1" }, { text: "2", label: "yes" }], options).at(0);
    expect([...batch.weights]).toEqual([0, 1]);
  });
});

describe("regression", () => {
  const regression: ClassificationBatchesOptions = { ...options, labels: [] };

  it("has values where it has no labels, and weight 0 without one", () => {
    const batch = classificationBatches([{ text: "1", value: 3.25 }, { text: "2" }], regression).at(0);
    expect([...batch.values]).toEqual([3.25, 0]);
    expect([...batch.labels]).toEqual([0, 0]);
    expect([...batch.weights]).toEqual([1, 0]);
  });

  it("requires values to train on", () => {
    expect(code(() => classificationBatches([{ text: "1", label: "yes" }], { ...regression, order: "shuffled" }))).toBe("data/unknown-label");
    expect(classificationBatches([{ text: "1", value: 0 }], { ...regression, order: "shuffled" }).at(0).weights[0]).toBe(1);
  });
});

describe("soft labels", () => {
  const soft: TextExample[] = [{ text: "1", label: "yes", distribution: { yes: 0.75, no: 0.25 } }, { text: "2", label: "no" }, { text: "3" }];

  it("are probabilities of every row where some example has them: of a hard label 1, of none 0", () => {
    const batches = classificationBatches(soft, options);
    expect(batches.isSoft).toBe(true);
    expect([0, 1].map((step) => [...batches.at(step).distributions!])).toEqual([[0.25, 0.75, 1, 0], [0, 0, 0, 0]]);
    expect([...batches.at(0).labels, ...batches.at(1).weights]).toEqual([1, 0, 0, 0]);
  });

  it("go with their rows in a shuffled order, and change nothing else", () => {
    const shuffled: ClassificationBatchesOptions = { ...options, batchSize: 4, maxLength: 48, order: "shuffled" };
    const hard = many(30);
    const batches = classificationBatches(hard.map((example, i) => (i === 0 ? example : { ...example, distribution: { no: i / 64, yes: 1 - i / 64 } })), shuffled);
    const plain = classificationBatches(hard, shuffled);
    expect([plain.isSoft, "distributions" in plain.at(0)]).toEqual([false, false]);
    for (let step = 0; step < batches.stepsPerEpoch; step++) {
      const { distributions, ...rest } = batches.at(step);
      expect(rest).toEqual(plain.at(step));
      for (let row = 0; row < 4; row++) {
        const example = rest.ids[row * rest.length + 1]! - 10;
        expect([...distributions!.subarray(2 * row, 2 * row + 2)]).toEqual(example === 0 ? [1, 0] : [example / 64, 1 - example / 64]);
      }
    }
  });

  it("need a label beside them to train on, and one distribution that is none refuses all", () => {
    const unlabelled = { text: "1", distribution: { yes: 1 } };
    expect(code(() => classificationBatches([unlabelled], { ...options, order: "shuffled" }))).toBe("data/unknown-label");
    expect(code(() => classificationBatches([soft[0]!, { ...soft[1]!, distribution: { no: 0.5 } }], options))).toBe("data/bad-distribution");
    expect(code(() => classificationBatches([{ text: "1", value: 1, distribution: { no: 1 } }], { ...options, labels: [] }))).toBe("data/bad-distribution");
  });
});

describe("shuffled order", () => {
  const shuffled: ClassificationBatchesOptions = { ...options, batchSize: 4, maxLength: 48, order: "shuffled" };
  const seen = (examples: number, epoch: number, seed = 7): number[] => {
    const batches = classificationBatches(many(examples), { ...shuffled, seed });
    return Array.from({ length: batches.stepsPerEpoch }, (_, step) => batches.at(epoch * batches.stepsPerEpoch + step))
      .flatMap(({ ids, length }) => [0, 1, 2, 3].map((row) => ids[row * length + 1]! - 10));
  };

  it("shows every example once an epoch, in an order of its own", () => {
    const first = seen(200, 0);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect([...seen(200, 1)].sort((a, b) => a - b)).toEqual([...first].sort((a, b) => a - b));
    expect(seen(200, 1)).not.toEqual(first);
    expect(seen(200, 0, 8)).not.toEqual(first);
  });

  it("wraps around to complete the last batch, with full weight", () => {
    const rows = seen(197, 0);
    expect(rows).toHaveLength(200);
    expect(new Set(rows).size).toBe(197);
    const batches = classificationBatches(many(3), shuffled);
    expect([...batches.at(0).weights]).toEqual([1, 1, 1, 1]);
  });

  it("is a function of the seed and the step alone", () => {
    const forward = classificationBatches(many(50), shuffled);
    const steps = Array.from({ length: 30 }, (_, step) => forward.at(step));
    const backward = classificationBatches(many(50), shuffled);
    for (let step = 29; step >= 0; step--) expect(backward.at(step)).toEqual(steps[step]);
  });

  it("pads less than the sequential order, by grouping like lengths", () => {
    const cells = (order: "shuffled" | "sequential"): number => {
      const batches = classificationBatches(many(256), { ...shuffled, order });
      return Array.from({ length: batches.stepsPerEpoch }, (_, step) => batches.at(step).ids.length).reduce((a, b) => a + b);
    };
    expect(cells("shuffled")).toBeLessThan(0.8 * cells("sequential"));
  });
});

describe("errors", () => {
  it("names what is wrong by its code", () => {
    expect(code(() => classificationBatches([], options))).toBe("data/bad-option");
    expect(code(() => classificationBatches(many(2), { ...options, batchSize: 0 }))).toBe("data/bad-option");
    expect(code(() => classificationBatches(many(2), { ...options, maxLength: 2 }))).toBe("data/bad-option");
    expect(code(() => classificationBatches([{ text: "1", pair: "2" }], { ...options, maxLength: 4 }))).toBe("data/bad-option");
    expect(code(() => classificationBatches(many(2), options).at(-1))).toBe("data/bad-option");
    expect(code(() => classificationBatches([{ text: "1", label: "maybe" }], options))).toBe("data/unknown-label");
    expect(code(() => classificationBatches([{ text: "1" }], { ...options, order: "shuffled" }))).toBe("data/unknown-label");
  });
});
