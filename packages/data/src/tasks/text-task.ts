/** A part of a labelled data set. */
export type Split = "train" | "dev" | "test";

/** A score of predicted against true labels: the share that is right, or Matthews' correlation coefficient. */
export type MetricName = "accuracy" | "matthews";

/** One text, or a pair of texts, to classify; `label` is absent where the set keeps it secret, as GLUE's test files do. */
export interface TextExample {
  readonly text: string;
  readonly pair?: string;
  readonly label?: string;
}

/** A classification task over texts; an example's `label` is one of `labels`, whose order is that of the model's outputs. */
export interface TextTask {
  readonly name: string;
  readonly labels: readonly string[];
  /** The first is the one that models are ranked by. */
  readonly metrics: readonly MetricName[];
  /** Reads a split from `directory`: the task's own folder, which holds `train.tsv` and the others, or one that holds this folder under the task's name. */
  examples(split: Split, directory: string): Promise<readonly TextExample[]>;
}
