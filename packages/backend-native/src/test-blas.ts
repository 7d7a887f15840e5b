import { findBlas } from "./blas/find-blas.js";

/** Why tests that need a BLAS are skipped, to put behind their title; empty where there is one. */
export const withoutBlas: string = reason();

function reason(): string {
  try {
    findBlas();
    return "";
  } catch (error) {
    return ` (skipped: ${(error as Error).message})`;
  }
}
