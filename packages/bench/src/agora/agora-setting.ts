import { type FineTuningSet, grid, smallTheta } from "@bort/agora";

/** How many of a task's training examples are drawn. */
export type CellSize = number | "all";

/** A task of the study. */
export interface StudyTask {
  readonly name: string;
  readonly sizes: readonly CellSize[];
}

/** How long a student is trained. */
export interface StudentTraining {
  /** Passes over D; twice as many where no more than `fewExamples` were drawn. */
  readonly epochs: number;
  readonly fewExamples: number;
  /** Steps on the first D, which take more passes where a rare label leaves few examples. */
  readonly leastSteps: number;
}

export interface SocratesTraining {
  readonly mostExamples: number;
  readonly epochs: number;
  readonly leastSteps: number;
  readonly learningRate: number;
}

/** What a study of Agora trains. */
export interface AgoraSetting {
  readonly tasks: readonly StudyTask[];
  /** Each draws examples of its own, and gives students other heads and batches. */
  readonly seeds: readonly number[];
  /** Share of the drawn examples that E is made of, before it is balanced. */
  readonly evaluationShare: number;
  /** Theta. */
  readonly theta: readonly FineTuningSet[];
  /** The prune rule, by its name among `studyRules`. */
  readonly rule: string;
  /** New examples of each mistake. */
  readonly copies: number;
  readonly batchSize: number;
  /** The most tokens of an example that are read. */
  readonly maxLength: number;
  readonly student: StudentTraining;
  readonly socrates: SocratesTraining;
  /** The task that every prune rule is tried on, with the first size and seed, and Theta there. */
  readonly rules: { readonly task: string; readonly theta: readonly FineTuningSet[] };
}

/** What was recorded. */
export const agoraSetting: AgoraSetting = {
  tasks: [
    { name: "CB", sizes: ["all"] }, { name: "CoLA", sizes: [500, 2000] }, { name: "SST-2", sizes: [500, 2000] }, { name: "COPA", sizes: ["all"] }, { name: "WiC", sizes: [2000] },
    { name: "RTE", sizes: [500, 2000] },
  ],
  seeds: [0, 1, 2], evaluationShare: 0.2, theta: grid({ learningRate: [1e-4, 3e-4, 1e-3], weightDecay: [0, 10], warmupRatio: [0.1], seed: [0] }),
  rule: "lcs-root", copies: 4, batchSize: 16, maxLength: 64,
  student: { epochs: 3, fewExamples: 500, leastSteps: 60 },
  socrates: { mostExamples: 20_000, epochs: 3, leastSteps: 600, learningRate: 3e-4 },
  rules: { task: "CB", theta: smallTheta },
};

/** Theta of a seed of the study: no seed of a set is another's. */
export const thetaOf = (theta: readonly FineTuningSet[], seed: number): readonly FineTuningSet[] => theta.map((set) => ({ ...set, seed: set.seed + 1000 * seed }));
