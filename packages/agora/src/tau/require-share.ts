import { AgoraError } from "../agora-error.js";

/** @throws AgoraError `agora/bad-option` unless 0 < share < 1 */
export function requireShare(share: number, what: string): void {
  if (!(share > 0 && share < 1)) throw new AgoraError("agora/bad-option", `agora: the share of ${what} must lie between 0 and 1, got ${share}`);
}
