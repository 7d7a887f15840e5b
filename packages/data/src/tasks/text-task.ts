/** A part of a labelled data set. */
export type Split = "train" | "dev" | "test";

/**
 * A score of predictions.
 * - `accuracy`: the share that is right; of a choice, the share of groups whose chosen option is right
 * - `matthews`: Matthews' correlation coefficient
 * - `f1`: F1 of the label `positive`, over all examples; MultiRC's F1a is this
 * - `macroF1`: the mean over labels of the F1 of each
 * - `pearson`, `spearman`: correlation of predicted and true values; of their ranks
 * - `groupExactMatch`: the share of groups with every example right (MultiRC's EM)
 * - `tokenF1`, `textExactMatch`: how the chosen option's text agrees with the best of the right ones (ReCoRD)
 * - `genderParity`: the share of groups whose examples are all predicted alike (AX-g)
 */
export type MetricName =
  | "accuracy" | "matthews" | "f1" | "macroF1" | "pearson" | "spearman" | "groupExactMatch" | "tokenF1" | "textExactMatch" | "genderParity";

/** One text, or a pair of texts, to classify or to give a value. */
export interface TextExample {
  readonly text: string;
  readonly pair?: string;
  /** Absent where the set keeps it secret, as GLUE's test files do, and in regression. */
  readonly label?: string;
  /** A probability for each label by its name, as a teacher gave it; 0 for those left out. Training learns it in place of `label`, which stays the likeliest. */
  readonly distribution?: Readonly<Record<string, number>>;
  /** The true value, in regression; absent where it is secret. */
  readonly value?: number;
  /** What examples that are scored together have in common; they follow one another. A question's answers, a query's entities, a pair of AX-g. */
  readonly group?: string;
  /** The text of this option, where a metric compares texts (ReCoRD). The right ones are those of the group's options that are labelled `positive`. */
  readonly answer?: string;
  /**
   * The numbers that a submission file names it by. One, for most tasks; passage, question and answer for MultiRC; passage, query and option for ReCoRD;
   * question and option for COPA. Options are counted from 0.
   */
  readonly index?: readonly number[];
}

/**
 * What is predicted.
 * - `classification`: one of `labels` for each example
 * - `regression`: a number for each example; there are no labels
 * - `choice`: one example of each group, that for which `positive` is most likely; each is labelled by itself, so a classifier can be trained on them
 */
export type TaskKind = "classification" | "regression" | "choice";

/** A task over texts. */
export interface TextTask {
  readonly name: string;
  readonly kind: TaskKind;
  /** What a label can be, in the order of the model's outputs; empty in regression. */
  readonly labels: readonly string[];
  /** The label that F1 is of, and by which the options of a choice are ranked. */
  readonly positive?: string;
  /** The first is the one that models are ranked by. */
  readonly metrics: readonly MetricName[];
  /** The splits that the set has; it is no set to train on where "train" is not among them. */
  readonly splits: readonly Split[];
  /** The name of the task whose model predicts this one, where this is no set to train on. Its labels have the same names. */
  readonly modelOf?: string;
  /**
   * Reads a split from `directory`: the task's own folder, which holds `train.tsv` and the others, or one that holds this folder under its own name, or
   * below `glue`, `superglue` or `race`. A task that names its files itself reads those.
   */
  examples(split: Split, directory: string): Promise<readonly TextExample[]>;
}
