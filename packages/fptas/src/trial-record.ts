import { type ArchTuple } from "@bort/arch";
import { type StepMovement, type StepObservation } from "./step-observation.js";
import { type MeasuredCandidate, type Trial } from "./trial.js";

/** An object of JSON, whatever it holds. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArch(value: unknown): value is ArchTuple {
  return Array.isArray(value) && value.length === 4 && value.every((size) => Number.isInteger(size) && size > 0);
}

/** Whether it is a candidate with its latency. */
export function isMeasured(value: unknown): value is MeasuredCandidate {
  return isObject(value) && isArch(value.arch) && isNumber(value.parameters) && isNumber(value.latencyMs);
}

/** Whether it is a trial with all that was seen of it. */
export function isTrial(value: unknown): value is Trial {
  if (!isObject(value) || !isMeasured(value) || !("theta" in value) || !("seconds" in value)) return false;
  const { status, theta, steps, seconds, error, w, errors = [], reason, observations = [] }: Json = value;
  if (!Number.isInteger(theta) || !isNumber(seconds) || !(steps === undefined || Number.isInteger(steps))) return false;
  if (!Array.isArray(observations) || !observations.every(isObservation)) return false;
  if (status === "failed") return typeof reason === "string";
  return status === "scored" && isNumber(error) && isNumber(w) && Array.isArray(errors) && errors.every(isNumber);
}

function isObservation(value: unknown): value is StepObservation {
  if (!isObject(value)) return false;
  const { step, learningRate, loss, gradientNorm, movement }: Json = value;
  return [step, learningRate, loss, gradientNorm].every(isNumber) && (movement === undefined || isMovement(movement));
}

function isMovement(value: unknown): value is StepMovement {
  return isObject(value) && [value.parameterNorm, value.updateNorm, value.gradientChangeNorm].every(isNumber);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}
