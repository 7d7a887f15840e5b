import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { rowCrossEntropy, rowDivergence, weightedMean } from "@bort/nn";
import { DistillError } from "./distill-error.js";
import { type AllLogits, type DistillationTerm, type TopLogits } from "./distillation-term.js";
import { studentBuckets, teacherBuckets } from "./top-logits.js";

/**
 * `correct`: KL(teacher || student). `crossEntropy`: that plus the teacher's entropy, which has no gradient. `asReleased`: KL with the student's softmax
 * taken twice, as in the code that was released with Bort.
 */
export type LastLayerForm = "correct" | "crossEntropy" | "asReleased";

export interface LastLayerOptions {
  /** Default 0.5 (Bort, section 4). */
  readonly weight?: number;
  /** Softens student and teachers alike; the loss is multiplied by its square. Default 2 (Bort, section 4). */
  readonly temperature?: number;
  /** Default `correct`. */
  readonly form?: LastLayerForm;
  /**
   * What several teachers say together. `probabilities`: the mean of the losses against each, whose gradient is that of the loss against the mean of
   * their distributions. `logits`: the loss against the mean of their logits. Default `probabilities`.
   */
  readonly combine?: "probabilities" | "logits";
  /** The share of each teacher, whatever they sum to. Default: equal shares. */
  readonly teacherWeights?: readonly number[];
}

/**
 * Against the teachers' distribution over the vocabulary at the masked places, in nats (Hinton et al. 2015; Bort, section 4).
 *
 * @throws DistillError `distill/bad-option`
 */
export function lastLayer(options: LastLayerOptions = {}): DistillationTerm {
  const { weight = 0.5, temperature = 2, form = "correct", combine = "probabilities", teacherWeights } = options;
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new DistillError("distill/bad-option", `distill: the temperature must be a number above 0, got ${temperature}; the default is 2`);
  }
  return {
    name: "distillation", weight,
    settings: { temperature, form, combine, ...(teacherWeights !== undefined && { teacherWeights }) },
    loss: ({ student: { logits, weights }, teachers }) => {
      const softened = op.mul(logits, 1 / temperature);
      const student = form === "asReleased" ? op.softmax(softened) : softened; // [rows, vocabulary]
      const rowLoss = form === "crossEntropy" ? rowCrossEntropy : rowDivergence;
      const said = teachers.map((teacher) => teacher.logits(temperature));
      const shares = sharesOf(teacherWeights ?? said.map(() => 1), said.length);
      const against = (teacher: AllLogits | TopLogits): Node => teacher.kind === "all"
        ? rowLoss(student, op.mul(teacher.logits, 1 / temperature))
        : rowLoss(studentBuckets(student, teacher), teacherBuckets(teacher, temperature));
      const rows = combine === "logits" ? against(meanLogits(said, shares)) : mean(said.map(against), shares); // [rows, 1]
      return op.mul(weightedMean(op.reshape(rows, weights.shape), weights), temperature ** 2);
    },
  };
}

const mean = (values: readonly Node[], shares: readonly number[]): Node =>
  values.length === 1 ? values[0]! : values.map((value, i) => op.mul(value, shares[i]!)).reduce((a, b) => op.add(a, b));

function meanLogits(said: readonly (AllLogits | TopLogits)[], shares: readonly number[]): AllLogits {
  const whole = said.filter(({ kind }) => kind === "all");
  if (whole.length < said.length) {
    throw new DistillError("distill/bad-option", "distill: the mean of teachers' logits needs every logit, and a cache has the largest alone; "
      + "combine probabilities, or cache the whole vocabulary");
  }
  return { kind: "all", logits: mean(whole.map(({ logits }) => logits), shares) };
}

/** Shares that sum to 1. */
function sharesOf(weights: readonly number[], teachers: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length !== teachers || !weights.every((weight) => weight > 0) || !(total < Infinity)) {
    throw new DistillError("distill/bad-option", `distill: teacherWeights needs a number above 0 for each of ${teachers} teachers, got ${weights.join(", ") || "none"}`);
  }
  return weights.map((weight) => weight / total);
}
