import { type EncoderArch, maxSequence } from "@bort/arch";
import * as op from "@bort/graph";
import { type Backend, type Feeds, type Node, sharePrograms } from "@bort/graph";
import {
  type DropoutRates, type LossGraph, type MlmModel, type MlmShape, type ParameterSpec, type PretrainingObjective, fingerprint, labelLoss, mlmFeeds, mlmNodes, parameterNodes,
} from "@bort/nn";
import { cachedTeacher } from "./cached-teacher.js";
import { DistillError } from "./distill-error.js";
import { type DistillationTerm } from "./distillation-term.js";
import { lastLayer } from "./last-layer.js";
import { type LogitsCache } from "./logits-cache/logits-cache.js";
import { type LogitsCacheSet } from "./logits-cache/logits-cache-set.js";
import { runningTeacher } from "./running-teacher.js";
import { type TeacherInputs } from "./teacher-inputs.js";

/** Who teaches: a pre-trained model, which runs on each batch, or what one said on the batches before; see `cacheTeacherLogits` and `cachePretrainingLogits`. */
export type Teacher = MlmModel | LogitsCache | LogitsCacheSet;

export interface DistillationObjectiveOptions {
  /** Runs the teachers. */
  readonly backend: Backend;
  /** At least one; all have the student's vocabulary. */
  readonly teachers: readonly Teacher[];
  /** Weight of the masked-language-model loss. Default 0.5 (Bort, section 4); its released script has 0.1. */
  readonly mlmWeight?: number;
  /** The losses against teachers. Default {@link lastLayer} alone. */
  readonly terms?: readonly DistillationTerm[];
}

/** An objective that holds compiled teachers, one for all students of which the terms ask the same; it can be used again once they are disposed. */
export interface DistillationObjective extends PretrainingObjective {
  dispose(): Promise<void>;
}

/** A student's loss with the teachers that feed it. */
interface Lesson {
  readonly graph: LossGraph;
  readonly teachers: readonly TeacherInputs[];
}

/**
 * mlmWeight * MLM + the sum of weight * term: between last layers (Bort, section 4), or between layers.
 *
 * Beside `loss` the graph reports `mlm` and each term by its name, before their weights. Terms that compare layers are means over all places, and with
 * `accumulate` count by masked ones.
 *
 * @throws DistillError `distill/bad-option`; for a student, when its graph is built, `distill/other-vocabulary`, or `distill/other-cache` for batches of
 * another shape than the cached.
 */
export function distillationObjective(options: DistillationObjectiveOptions): DistillationObjective {
  const { backend, teachers, mlmWeight = 0.5, terms = [lastLayer()] } = options;
  const shared = sharePrograms(backend); // Students come and go, as pruning has one in each round, and a teacher is large.
  const resolved = { backend: shared, teachers, mlmWeight, terms };
  checkOptions(resolved);
  const lessons = new Map<string, Lesson>();
  const lesson = (arch: EncoderArch, shape: MlmShape, dropout: DropoutRates = {}): Lesson => {
    const key = JSON.stringify([arch, shape, dropout]);
    const known = lessons.get(key) ?? lessonOf(resolved, arch, shape, dropout);
    lessons.set(key, known);
    return known;
  };
  return {
    settings: { objective: "distillation", mlmWeight, terms: terms.map(({ name, weight, settings }) => ({ name, weight, ...settings })), teachers: teachers.map(recordOf) },
    parameters: (arch) => terms.flatMap((term) => parametersOf(term, arch, teachers)),
    graph: (arch, shape, dropout) => lesson(arch, shape, dropout).graph,
    feeds: async (batch, shape, { arch, index, dropout }) => {
      let feeds: Feeds = mlmFeeds(batch);
      for (const teacher of lesson(arch, shape, dropout).teachers) feeds = { ...feeds, ...(await teacher.feeds(batch, index)) };
      return feeds;
    },
    dispose: async () => {
      for (const { teachers: inputs } of lessons.values()) for (const teacher of inputs) await teacher.dispose();
      lessons.clear();
      await shared.disposePrograms();
    },
  };
}

function lessonOf({ backend, teachers, mlmWeight, terms }: Required<DistillationObjectiveOptions>, arch: EncoderArch, shape: MlmShape, dropout: DropoutRates): Lesson {
  checkStudent(arch, teachers, shape);
  const inputs = teachers.map((teacher, i) => {
    const name = `teacher.${i}`;
    return isModel(teacher) ? runningTeacher(teacher, { backend, shape, name }) : cachedTeacher(cachesOf(teacher), shape, name);
  });
  const student = mlmNodes(arch, shape, dropout);
  const views = inputs.map(({ view }) => view);
  const losses = terms.map((term): [string, Node] => {
    const nodes = parameterNodes(parametersOf(term, arch, teachers));
    return [term.name, term.loss({ arch, shape, student, teachers: views, parameters: (name) => nodes(ownName(term, name)) })];
  });
  const mlm = labelLoss(student.logits, student.labels, student.weights);
  const loss = terms.reduce((sum, { weight }, i) => op.add(sum, op.mul(losses[i]![1], weight)), op.mul(mlm, mlmWeight));
  return { graph: { loss, mlm, ...Object.fromEntries(losses) }, teachers: inputs };
}

/** A term's parameters, by names that no other has. */
const parametersOf = (term: DistillationTerm, arch: EncoderArch, teachers: readonly Teacher[]): ParameterSpec[] =>
  (term.parameters?.(arch, teachers.map(archOf)) ?? []).map((spec) => ({ ...spec, name: ownName(term, spec.name) }));

const isModel = (teacher: Teacher): teacher is MlmModel => "parameters" in teacher;
const cachesOf = (teacher: LogitsCache | LogitsCacheSet): readonly LogitsCache[] => ("caches" in teacher ? teacher.caches : [teacher]);
const archOf = (teacher: Teacher): EncoderArch => (isModel(teacher) ? teacher.arch : cachesOf(teacher)[0]!.header.arch);
const ownName = ({ name }: DistillationTerm, parameter: string): string => `distillation.${name}.${parameter}`;

/** The fingerprint of a teacher's weights, and how a cache keeps its logits. */
function recordOf(teacher: Teacher): unknown {
  if (isModel(teacher)) return { weights: fingerprint(teacher.parameters.flat) };
  const { weights, topK, precision } = cachesOf(teacher)[0]!.header;
  return { weights, topK, precision };
}

function checkOptions({ teachers, mlmWeight, terms }: Required<Pick<DistillationObjectiveOptions, "teachers" | "mlmWeight" | "terms">>): void {
  const bad = (message: string): DistillError => new DistillError("distill/bad-option", `distill: ${message}`);
  if (teachers.length === 0) throw bad("needs at least one teacher, got none");
  if (terms.length === 0) throw bad("needs at least one loss against a teacher, got none; pretrain without an objective learns from the labels alone");
  if (!(mlmWeight >= 0 && mlmWeight < Infinity)) throw bad(`mlmWeight must be a number from 0, got ${mlmWeight}; the default is 0.5`);
  const names = new Set<string>();
  for (const { name, weight } of terms) {
    if (!(weight > 0 && weight < Infinity)) throw bad(`the weight of ${name} must be a number above 0, got ${weight}; leave the loss out to have none of it`);
    if (names.has(name) || name === "loss" || name === "mlm") throw bad(`each loss needs a name of its own beside loss and mlm, got ${name} twice; rename one: { ...term, name }`);
    names.add(name);
  }
}

function checkStudent(arch: EncoderArch, teachers: readonly Teacher[], { sequenceLength }: MlmShape): void {
  teachers.forEach((teacher, i) => {
    const { vocabSize } = archOf(teacher);
    if (vocabSize !== arch.vocabSize) {
      throw new DistillError("distill/other-vocabulary",
        `distill: student and teacher ${i} need one vocabulary, got ${arch.vocabSize} and ${vocabSize} tokens; use the teacher's tokenizer`);
    }
    const limit = maxSequence(archOf(teacher));
    if (sequenceLength > limit) {
      throw new DistillError("distill/bad-option", `distill: teacher ${i} reads at most ${limit} tokens, got sequences of ${sequenceLength}; shorten them`);
    }
  });
}
