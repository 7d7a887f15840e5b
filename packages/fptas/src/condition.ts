/** `holds` and `violated`: looked at in this run; `by-construction`: the program does not allow otherwise; `unchecked`: no program can tell from a run. */
export type ConditionStatus = "holds" | "violated" | "by-construction" | "unchecked";

/** One premise of the approximation theorem. */
export interface Condition {
  readonly name: string;
  readonly status: ConditionStatus;
  /** What was looked at, in one sentence. */
  readonly note: string;
}
