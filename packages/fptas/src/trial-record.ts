import { type ArchTuple } from "@bort/arch";
import { isJsonObject, type JsonObject } from "@bort/data";
import { type StepMovement, type StepObservation } from "./step-observation.js";
import { type MeasuredCandidate, type Trial } from "./trial.js";

function isArch(value: unknown): value is ArchTuple {
  return Array.isArray(value) && value.length === 4 && value.every((size) => Number.isInteger(size) && size > 0);
}

/** Whether it is a candidate with its latency. */
export function isMeasured(value: unknown): value is MeasuredCandidate {
  return isJsonObject(value) && isArch(value.arch) && isNumber(value.parameters) && isNumber(value.latencyMs);
}

/** Whether it is a trial with all that was seen of it. */
export function isTrial(value: unknown): value is Trial {
  if (!isJsonObject(value) || !isMeasured(value) || !("theta" in value) || !("seconds" in value)) return false;
  const { status, theta, steps, seconds, error, w, errors = [], reason, observations = [] }: JsonObject = value;
  if (!Number.isInteger(theta) || !isNumber(seconds) || !(steps === undefined || Number.isInteger(steps))) return false;
  if (!Array.isArray(observations) || !observations.every(isObservation)) return false;
  if (status === "failed") return typeof reason === "string";
  return status === "scored" && isNumber(error) && isNumber(w) && Array.isArray(errors) && errors.every(isNumber);
}

function isObservation(value: unknown): value is StepObservation {
  if (!isJsonObject(value)) return false;
  const { step, learningRate, loss, gradientNorm, movement }: JsonObject = value;
  return [step, learningRate, loss, gradientNorm].every(isNumber) && (movement === undefined || isMovement(movement));
}

function isMovement(value: unknown): value is StepMovement {
  return isJsonObject(value) && [value.parameterNorm, value.updateNorm, value.gradientChangeNorm].every(isNumber);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}
