import { type EncoderArch, uniformArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node, evaluate, gradients, parameter, parametersOf } from "@bort/graph";
import { type AttentionNodes, type MlmNodes } from "@bort/nn";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type DistillationTerm, type TeacherView } from "./distillation-term.js";

interface GoldenLoss {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}
type GoldenName =
  | "correct" | "crossEntropy" | "asReleased" | "twoByProbabilities" | "twoByMeanProbability" | "twoByLogits" | "topTwo" | "hiddenStates" | "attentionScores"
  | "attentionProbabilities" | "attentionMeanOfHeads" | "attentionDistributions" | "selfRelations" | "valueRelation";

/** What torch computed; `test-fixtures/make-golden.py` tells how. */
export const golden = JSON.parse(readFileSync(new URL("../test-fixtures/golden.json", import.meta.url), "utf8")) as Readonly<Record<GoldenName, GoldenLoss>> & {
  readonly temperature: number;
  readonly weights: readonly number[];
  /** Of every leaf. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly float16: { readonly values: readonly number[]; readonly bits: readonly number[] };
};

export const shape = { batchSize: 2, sequenceLength: 3, maskedPerSequence: 2 };
const archOf = (depth: number, hidden: number, heads: number): EncoderArch => uniformArch({ depth, heads, hidden, intermediate: 8, vocabSize: 5, positions: 3 });

/** Nodes as an encoder's, each of them a leaf. */
function nodesOf(name: string, depth: number, width: number, heads: number): MlmNodes {
  const layer = (i: number): AttentionNodes => {
    const [query, key, value] = ["query", "key", "value"].map((kind) => parameter(`${name}.${kind}.${i}`, [6, width])) as [Node, Node, Node];
    const scores = parameter(`${name}.scores.${i}`, [2, heads, 3, 3]);
    return { query, key, value, scores, weights: op.softmax(scores), context: value };
  };
  return {
    logits: parameter(`${name}.logits`, [4, 5]), labels: parameter("labels", [4], "i32"), weights: parameter("weights", [4]),
    taps: { states: Array.from({ length: depth + 1 }, (_, i) => parameter(`${name}.state.${i}`, [6, width])), attentions: Array.from({ length: depth }, (_, i) => layer(i + 1)) },
  };
}

const viewOf = (arch: EncoderArch, nodes: MlmNodes): TeacherView => ({ arch, read: (node) => node(nodes), logits: () => ({ kind: "all", logits: nodes.logits }) });

export const studentArch = archOf(2, 4, 2);
export const student = nodesOf("student", 2, 4, 2);
/** Two teachers; the second has three heads. */
export const teachers = [viewOf(archOf(4, 6, 2), nodesOf("first", 4, 6, 2)), viewOf(archOf(4, 6, 3), nodesOf("second", 4, 6, 3))] as const;

/** The values of a leaf. */
export const valuesOf = (name: string): readonly number[] => (name === "weights" ? golden.weights : golden.values[name]!);

/** The loss of a term on the leaves. */
export function lossOf(term: DistillationTerm, taught: readonly TeacherView[] = [teachers[0]]): Node {
  const specs = term.parameters?.(studentArch, taught.map(({ arch }) => arch)) ?? [];
  const own = new Map(specs.map(({ name, shape: sizes }) => [name, parameter(name, sizes)]));
  return term.loss({ arch: studentArch, shape, student, teachers: taught, parameters: (name) => own.get(name)! });
}

/** The value of a loss, and its gradients with respect to every leaf. */
export function valueOf(loss: Node, changed: Readonly<Record<string, ArrayLike<number>>> = {}): { loss: number; gradients: Readonly<Record<string, Float64Array>> } {
  const leaves = [...parametersOf({ loss })].filter(([, { dtype }]) => dtype === "f32");
  const feeds = Object.fromEntries([...parametersOf({ loss }).keys()].map((name) => [name, changed[name] ?? valuesOf(name)]));
  const [value, ...slopes] = evaluate([loss, ...gradients(loss, leaves.map(([, node]) => node as Node))], feeds);
  return { loss: value![0]!, gradients: Object.fromEntries(leaves.map(([name], i) => [name, slopes[i]!])) };
}

/** Equal to torch's, the gradients of all leaves of the student included; none flows into a teacher. */
export function expectGolden(loss: Node, name: GoldenName, changed: Readonly<Record<string, ArrayLike<number>>> = {}): void {
  const found = valueOf(loss, changed);
  const expected = golden[name];
  expect(found.loss).toBeCloseTo(expected.loss, 7);
  for (const [each, slope] of Object.entries(found.gradients)) {
    if (each === "weights") continue;
    const wanted = expected.gradients[each] ?? [...slope].map(() => 0);
    slope.forEach((g, i) => expect(Math.abs(g - wanted[i]!), each).toBeLessThan(1e-7));
  }
  const reached = Object.keys(expected.gradients).filter((each) => expected.gradients[each]!.some((g) => g !== 0));
  expect(Object.keys(found.gradients)).toEqual(expect.arrayContaining(reached));
}
