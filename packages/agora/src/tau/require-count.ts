import { AgoraError } from "../agora-error.js";

/** @throws AgoraError `agora/bad-option` unless count is a whole number from 1 */
export function requireCount(count: number, what: string): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new AgoraError("agora/bad-option", `agora: the number of ${what} must be a whole number from 1, got ${count}`);
}
