import { type HfExtras } from "@bort/arch";
import { NnError } from "./nn-error.js";
import { type ModelHead } from "./parameter-spec.js";

/** What transformers calls the one output of a model for regression. */
const VALUE = "LABEL_0";

/** How `config.json` names the outputs of a classifier: by the labels, or as one value; where there is one output, with the problem type that transformers has for it. */
export function hfLabels({ labels }: Extract<ModelHead, { kind: "classifier" }>): Pick<HfExtras, "labels" | "other"> {
  if (labels.length === 0) return { labels: [VALUE], other: { problem_type: "regression" } };
  return labels.length === 1 ? { labels, other: { problem_type: "single_label_classification" } } : { labels };
}

/**
 * The labels that a `config.json` names, as a head has them: an empty list for a value, undefined where it names nothing. As in transformers, one output
 * without a problem type is a value.
 *
 * @throws NnError `nn/bad-model-folder` for several values
 */
export function labelsOfHf(folder: string, { labels = [], other = {} }: HfExtras): readonly string[] | undefined {
  if (labels.length === 0) return undefined;
  const problem = other["problem_type"] ?? (labels.length === 1 ? "regression" : "single_label_classification");
  if (problem !== "regression") return labels;
  if (labels.length === 1) return [];
  throw new NnError("nn/bad-model-folder", `nn: ${folder}/config.json must name one output for regression, got ${labels.length}; use a model of one value`);
}
