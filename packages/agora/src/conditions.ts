import { AgoraError } from "./agora-error.js";
import { binomialTail } from "./binomial-tail.js";
import { type TwoSampleResult } from "./two-sample-test.js";

/** `holds` and `violated`: looked at; `unchecked`: nothing tells. */
export type ConditionStatus = "holds" | "unchecked" | "violated";

/** One premise of Agora's theorem. */
export interface Condition {
  readonly name: string;
  readonly status: ConditionStatus;
  /** What was looked at, in one sentence. */
  readonly note: string;
}

/** What Socrates' accuracy must exceed. Source: de Wynter 2020 (arXiv 2010.07990). */
export const SOCRATES_ACCURACY: number = 2 / 3;

/** Socrates must be right on more than two thirds of E. */
export function socratesCondition(accuracy: number): Condition {
  return {
    name: "Socrates above 2/3", status: accuracy > SOCRATES_ACCURACY ? "holds" : "violated", note: `its accuracy on E must exceed 2/3, and is ${accuracy.toFixed(4)}`,
  };
}

/** The theorem is about two labels. */
export function binaryCondition(labels: number): Condition {
  return { name: "two labels", status: labels === 2 ? "holds" : "violated", note: `the task must have 2 labels, and has ${labels}` };
}

/** Labels must be as frequent as each other, but for a share of what each should have. */
export function balanceCondition(name: "D" | "E", counts: readonly number[], tolerance: number = 0.1): Condition {
  const even = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const holds = counts.every((count) => Math.abs(count - even) <= tolerance * even);
  return {
    name: `balanced ${name}`, status: holds ? "holds" : "violated",
    note: `each label should have ${even.toFixed(1)} examples, give or take ${100 * tolerance}%, and they have ${counts.join(", ")}`,
  };
}

export interface RepresentativeOptions {
  /** How far above 1/2 the accuracy of a two-sample classifier may lie. Default 0.05. */
  readonly tolerance?: number;
  /** The probability of being wrong that is put up with, whether the condition is said to hold or to be violated. Default 0.01. */
  readonly level?: number;
}

/**
 * E must be a sample of what D is a sample of, as far as a classifier can tell ({@link twoSampleTest}).
 *
 * Violated where its accuracy is above 1/2 + tolerance by an exact one-sided binomial test at that level, and holds where it is below by the same test the other way
 * round, for which an accuracy below 1/2 counts as 1/2: a classifier cannot be worse than a guess but by chance, or by texts that resemble each other across the
 * samples. Between the two nothing is claimed.
 *
 * @throws AgoraError `agora/bad-option` unless 0 < tolerance < 1/2 and 0 < level < 1/2
 */
export function representativeCondition({ accuracy, tested, pValue }: TwoSampleResult, { tolerance = 0.05, level = 0.01 }: RepresentativeOptions = {}): Condition {
  requireBelowHalf("tolerance", tolerance);
  requireBelowHalf("level", level);
  const most = 1 / 2 + tolerance;
  const right = Math.round(accuracy * tested);
  const isAbove = binomialTail(right, tested, most) < level;
  const isBelow = isBelowAt(Math.max(right, tested / 2), tested, most, level);
  const status = isAbove ? "violated" : isBelow ? "holds" : "unchecked";
  const found = tested === 0 ? "no text was left to test a classifier on" :
    `a classifier told D from E in ${percent(accuracy)} of ${tested} texts, p = ${pValue.toPrecision(2)}`;
  const missing = (): string => `, which at level ${level} shows neither: where D and E are alike it takes about ${textsNeeded(most, level)} tested texts`;
  return { name: "representative E", status, note: `${found}; at most ${percent(most)} is allowed${status === "unchecked" ? missing() : ""}` };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Whether as few right answers are too improbable for an accuracy of `most`. */
const isBelowAt = (right: number, tested: number, most: number, level: number): boolean => binomialTail(tested - right, tested, 1 - most) < level;

/** How many texts show that an accuracy of 1/2 is below `most`: even numbers are tried, by bisection. */
function textsNeeded(most: number, level: number): number {
  const isEnough = (half: number): boolean => isBelowAt(half, 2 * half, most, level);
  let [low, high] = [0, 1];
  while (!isEnough(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return 2 * high;
}

function requireBelowHalf(name: string, value: number): void {
  if (!(value > 0 && value < 1 / 2)) throw new AgoraError("agora/bad-option", `agora: the ${name} of a two-sample test must lie between 0 and 1/2, got ${value}`);
}
