import { type MlmBatch } from "@bort/data";
import { fingerprint } from "@bort/nn";

/** Sixteen hexadecimal digits that tell batches of other tokens, masks or masked places apart. */
export const batchFingerprint = ({ ids, positions }: MlmBatch): string => fingerprint(ids, positions);
