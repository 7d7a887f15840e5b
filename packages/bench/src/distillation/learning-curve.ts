/** A model on the held-out text, at some step of its training. */
export interface CurvePoint {
  readonly step: number;
  /** MLM loss, in nats. */
  readonly loss: number;
  /** Share of the masked tokens that are predicted right. */
  readonly accuracy: number;
}

/** What was measured in the course of a run, in the order of the steps. */
export type LearningCurve = readonly CurvePoint[];

/** Evaluations that a point of a smoothed curve is the mean of. */
export const SMOOTHING_WINDOW: number = 3;

/** A value at each step. */
export type Steps = readonly (readonly [step: number, value: number])[];

/** The accuracy at each evaluation, as the mean of that evaluation and up to `window - 1` before it, by default 2. */
export function smoothAccuracy(curve: LearningCurve, window: number = SMOOTHING_WINDOW): Steps {
  return curve.map(({ step }, i) => {
    const last = curve.slice(Math.max(0, i + 1 - window), i + 1);
    return [step, last.reduce((sum, { accuracy }) => sum + accuracy, 0) / last.length] as const;
  });
}

/** The value at a step between the first and the last, linear between those that are there. */
export function valueAt(curve: Steps, step: number): number {
  const next = curve.findIndex(([at]) => at >= step);
  if (next === -1) return curve.at(-1)![1];
  const [[from, low], [to, high]] = [curve[Math.max(0, next - 1)]!, curve[next]!];
  return to === from ? high : low + ((high - low) * (step - from)) / (to - from);
}

/** Where a curve first reaches a value, linear between its steps; undefined where it never does. */
export function stepsToReach(curve: Steps, threshold: number): number | undefined {
  const next = curve.findIndex(([, value]) => value >= threshold);
  if (next === -1) return undefined;
  const [[from, low], [to, high]] = [curve[Math.max(0, next - 1)]!, curve[next]!];
  return high === low ? to : from + ((to - from) * (threshold - low)) / (high - low);
}
