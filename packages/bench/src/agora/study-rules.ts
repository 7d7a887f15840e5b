import { lcsRoot, type PruneRule, rankPrefix, worstOnly } from "@bort/agora";

/** The prune rules that are compared. */
export const studyRules: readonly PruneRule[] = [lcsRoot(), lcsRoot({ order: "descending" }), lcsRoot({ constants: true }), worstOnly, rankPrefix(0.5)];
