/** One member of Theta: named values, such as a learning rate, a weight decay, a warm-up proportion and a seed. */
export type HyperparameterSet = Readonly<Record<string, number | string>>;

/** What a set's values are called in Bort's tables. */
export interface BortSet {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupRatio: number;
  readonly seed: number;
  readonly [name: string]: number;
}

/** Every combination of the values, the first name outermost. */
export function grid<Name extends string>(values: Readonly<Record<Name, readonly number[]>>): Readonly<Record<Name, number>>[] {
  return (Object.entries(values) as [Name, readonly number[]][]).reduce<Record<Name, number>[]>(
    (sets, [name, choices]) => sets.flatMap((set) => choices.map((value) => ({ ...set, [name]: value }))), [{} as Record<Name, number>]);
}

/** Bort's Theta: 5 x 4 x 5 x 5 = 500 sets. Source: Bort, section 5. */
export const paperTheta: readonly BortSet[] = grid({
  learningRate: [3e-6, 5e-6, 9e-6, 3e-5, 1e-4], weightDecay: [0, 10, 100, 350], warmupRatio: [0.35, 0.4, 0.45, 0.5, 0.55], seed: [0, 1, 2, 3, 4],
});

/** The sets that Bort's repository recommends, without its batch sizes, which are 8 and 16. */
export const repositoryTheta: readonly BortSet[] = grid({
  learningRate: [1e-4, 1e-5, 9e-6], weightDecay: [0, 10, 100, 350], warmupRatio: [0.35, 0.4, 0.45, 0.5], seed: [0],
});

/** Twelve sets for encoders of a few million parameters, which bear higher learning rates and need less warm-up than Bort. */
export const smallTheta: readonly BortSet[] = grid({ learningRate: [1e-4, 3e-4, 1e-3], weightDecay: [0, 10], warmupRatio: [0.1, 0.4], seed: [0] });

/** The convergent hyperparameter set of a task, and the batch size that it was found with. */
export interface ConvergentSet {
  readonly set: BortSet;
  readonly batchSize: number;
}

const row = (learningRate: number, weightDecay: number, warmupRatio: number, seed: number, batchSize: number): ConvergentSet =>
  ({ set: { learningRate, weightDecay, warmupRatio, seed }, batchSize });

/** The convergent sets of Bort by the name of the task; a seed means little in another program. Source: Bort, tables 7 to 9. */
export const convergentSets: Readonly<Record<string, ConvergentSet>> = {
  "CoLA": row(9e-6, 10, 0.45, 3, 8),
  "SST-2": row(1e-5, 10, 0.5, 0, 16),
  "MRPC": row(1e-4, 100, 0.5, 2, 8),
  "STS-B": row(9e-6, 10, 0.5, 1, 8),
  "QQP": row(5e-5, 0, 0.5, 2, 16),
  "MNLI-m": row(5e-5, 0.1, 0.5, 3, 16),
  "MNLI-mm": row(5e-5, 0.1, 0.45, 0, 16),
  "QNLI": row(9e-6, 0, 0.5, 0, 16),
  "RTE": row(1e-5, 100, 0.5, 2, 8),
  "WNLI": row(1e-4, 10, 0.4, 3, 8),
  "AX": row(5e-5, 0.1, 0.45, 0, 8),
  "RACE-H": row(5e-5, 0.1, 0.45, 2, 16),
  "RACE-M": row(5e-5, 0.1, 0.35, 3, 16),
  "BoolQ": row(5e-6, 100, 0.5, 3, 16),
  "CB": row(1e-5, 100, 0.45, 2, 16),
  "COPA": row(1e-5, 100, 0.35, 1, 16),
  "MultiRC": row(5e-6, 10, 0.5, 0, 16),
  "ReCoRD": row(5e-5, 0, 0.5, 3, 16),
  "SuperGLUE-RTE": row(1e-5, 10, 0.45, 1, 16),
  "WiC": row(5e-5, 10, 0.45, 2, 16),
  "WSC": row(5e-5, 10, 0.35, 1, 16),
  "AX-b": row(1e-5, 10, 0.45, 1, 8),
  "AX-g": row(1e-5, 10, 0.45, 1, 8),
};
