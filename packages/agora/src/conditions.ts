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
