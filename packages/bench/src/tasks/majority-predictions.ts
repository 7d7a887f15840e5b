import { type TextExample, type TextTask } from "@bort/data";
import { majorityClass } from "../metrics.js";
import { chosenOptions } from "./chosen-options.js";
import { type Prediction } from "./score-predictions.js";

/**
 * What a model says that has read no text: always the most frequent label of `training`, the first of several; of each question the option at the place that
 * is most often right there; in regression the mean value.
 *
 * @throws BenchError `bench/no-examples`
 */
export function majorityPredictions({ kind, labels, positive }: TextTask, training: readonly TextExample[], examples: readonly TextExample[]): readonly Prediction[] {
  switch (kind) {
    case "classification": {
      const label = labels[majorityClass(training.map((example) => labels.indexOf(example.label!)))]!;
      return examples.map(() => label);
    }
    case "regression": {
      const mean = training.reduce((sum, { value }) => sum + value! / training.length, 0);
      return examples.map(() => mean);
    }
    case "choice": {
      const isRight = ({ label }: TextExample): boolean => label === positive;
      const usual = majorityClass(places(training).filter((_, i) => isRight(training[i]!)));
      return places(examples).map((place) => Number(place === usual));
    }
  }
}

/** The place of each example among the options of its question, from 0. */
function places(examples: readonly TextExample[]): readonly number[] {
  const placeOf = new Map(chosenOptions(examples, examples.map(() => 0)).flatMap(({ options }) => options.map((option, place) => [option, place] as const)));
  return examples.map((example) => placeOf.get(example)!);
}
