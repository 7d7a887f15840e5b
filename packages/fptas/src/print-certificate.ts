import { type Certificate, type Cost } from "./certificate.js";
import { type Condition, type ConditionStatus } from "./condition.js";
import { written } from "./written.js";

/** A certificate as lines of text, for a terminal: its summary, then every condition. */
export function printCertificate(certificate: Certificate): string[] {
  const { search, weak, strong } = certificate;
  return [
    ...certificateSummary(certificate),
    ...conditionLines("the search", search),
    ...conditionLines("weak AB^nC property", weak),
    ...conditionLines("strong AB^nC property", strong),
  ];
}

/** A certificate without its conditions, as lines of text: what was tried, the printed bounds, how many conditions were met, the cost. */
export function certificateSummary(certificate: Certificate): string[] {
  const { epsilon, spaceSize, hyperparameterSets, seeds, candidates, trials, printedErrorBound, cost } = certificate;
  return [
    `${written(candidates)} candidates of |Xi| = ${written(spaceSize)} architectures, epsilon ${epsilon}, |Theta| = ${hyperparameterSets}: ${written(trials)} trials${
      seeds === 1 ? "" : ` with ${seeds} seeds each`}`,
    `printed bound on the error: |1 - epsilon| = ${written(printedErrorBound)}${printedErrorBound >= 1 ? ", which at epsilon 2 or more bounds little" : ""}`,
    stepsBoundLine(certificate),
    certificateVerdict(certificate),
    `cost: ${costText(cost)}`,
    `exhaustive search, extrapolated from the mean of these trials: ${costText(cost.exhaustive)}, ${written(cost.exhaustive.trials / cost.trials)} times as much`,
  ];
}

function stepsBoundLine({ printedStepsBound: { spaceSize, largestWeightSet, trainedExamples } }: Certificate): string {
  return "printed bound on the steps: O(|Xi| + |W*_T| (1 + |Theta| |B| |Xi| / (epsilon s^(3/2)))) = "
    + `O(${written(spaceSize)} + ${written(largestWeightSet)} (1 + ${trainedExamples === undefined ? "|Theta| |B| |Xi| / epsilon" : written(trainedExamples)} / s^(3/2))), `
    + "its constant and s left open by the sources";
}

const conditionLines = (title: string, conditions: readonly Condition[]): string[] =>
  conditions.map(({ name, status, note }) => `${title}, ${name}: ${status} (${note})`);

const statusNames: Readonly<Record<ConditionStatus, string>> = {
  holds: "checked and met", "by-construction": "met by construction", violated: "checked and not met", unchecked: "unchecked",
};

/** How many of the conditions were met, in a line; the bound is a promise only where no premise is in doubt. */
export function certificateVerdict({ search, weak, strong }: Certificate): string {
  const conditions = [...search, ...weak, ...strong];
  const counts = (Object.keys(statusNames) as ConditionStatus[]).map((status) => ({ status, count: conditions.filter((condition) => condition.status === status).length }));
  const inDoubt = conditions.some(({ status }) => status === "violated" || status === "unchecked");
  const found = counts.filter(({ count }) => count > 0).map(({ status, count }) => `${count} ${statusNames[status]}`).join(", ");
  return `of ${conditions.length} conditions ${found}; the printed bounds are ${inDoubt ? "not shown for this run" : "those of the theorem, as far as this run can tell"}`;
}

const costText = ({ trials, flops, seconds }: Cost): string => `${written(trials)} trials, ${flops === undefined ? "" : `${written(flops)} FLOPs, `}${written(seconds)} s`;
