import { readFileSync } from "node:fs";

/** What scikit-learn, scipy and the published comparison of answers compute; `test-fixtures/make-metrics.py` tells how. */
export const golden = JSON.parse(readFileSync(new URL("../../test-fixtures/metrics.json", import.meta.url), "utf8")) as {
  readonly classes: readonly {
    readonly predicted: readonly number[];
    readonly gold: readonly number[];
    /** How many there are, whether or not one occurs. */
    readonly classes: number;
    readonly f1: readonly number[];
    readonly macroF1: number;
    readonly accuracy: number;
    readonly matthews: number;
  }[];
  readonly values: readonly {
    readonly predicted: readonly number[];
    readonly gold: readonly number[];
    readonly ranks: readonly number[];
    /** Null where scipy has no number. */
    readonly pearson: number | null;
    readonly spearman: number | null;
  }[];
  readonly answers: readonly {
    readonly answer: string;
    readonly right: readonly string[];
    readonly words: readonly string[];
    readonly tokenF1: number;
    readonly exactMatch: number;
  }[];
};
