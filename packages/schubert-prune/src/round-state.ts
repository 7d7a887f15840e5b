import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ArchJson, archFromJson, archToJson } from "@bort/arch";
import { type Model, type ModelHead, type TrainingSettings, makeFolder } from "@bort/nn";
import { type Settings, openJournal } from "@bort/trials";
import { isModelKept, keepModel, readKeptModel } from "./kept-model.js";
import { type CutRound, type PrunedRound, type TrainingPhase } from "./prune-events.js";

/** What a run knows of its rounds, kept in a folder where it has one, so that it can go on. */
export interface RoundState {
  /** A round whose network is cut. */
  cut(round: number): CutRound | undefined;
  /** A round that is over. */
  pruned(round: number): PrunedRound | undefined;
  /** The network of a round; of rounds that are over, those that meet no target are kept until the next is. */
  model<H extends ModelHead>(round: number, as: "cut" | "pruned", head: H): Model<H> | undefined;
  keepCut(summary: CutRound, model: Model): Promise<void>;
  keepPruned(summary: PrunedRound, model: Model): Promise<void>;
  /** Where a training of a round keeps its own state. */
  checkpoint(round: number, phase: TrainingPhase): Pick<TrainingSettings, "checkpoint">;
  close(): Promise<void>;
}

/** A round as a line of the journal. */
type RoundRecord = { readonly arch: ArchJson } & (({ readonly type: "cut" } & Omit<CutRound, "arch">) | ({ readonly type: "pruned" } & Omit<PrunedRound, "arch">));

const isRecord = (value: unknown): value is RoundRecord => typeof value === "object" && value !== null && ["cut", "pruned"].includes((value as { readonly type?: string }).type ?? "");

/**
 * Opens the state of a run, which is empty without a folder, and where the run does not go on with what is there.
 *
 * @param targets - the rounds, from 1, whose networks stay
 * @throws TrialsError `trials/other-settings`, `trials/locked`
 */
export async function openRoundState(
  checkpoint: { readonly folder: string; readonly every: number; readonly resume: boolean } | undefined, settings: Settings, targets: ReadonlySet<number>,
): Promise<RoundState> {
  if (checkpoint === undefined) return stateless;
  const { folder, every, resume } = checkpoint;
  makeFolder(folder);
  const at = (round: number, part: string): string => join(folder, `round-${round}`, part);
  const journal = await openJournal<RoundRecord>(join(folder, JOURNAL), settings, { name: "pruning", isEntry: isRecord }, { isNew: !resume });
  if (!resume) removeRounds(folder); // Once the journal is ours alone.
  const records = [...journal.entries];
  const of = (type: RoundRecord["type"], round: number): PrunedRound | undefined => {
    const record = records.find((each) => each.type === type && each.round === round);
    if (record === undefined) return undefined;
    const { type: _, ...summary } = record;
    return { ...summary, arch: archFromJson(record.arch) } as PrunedRound;
  };
  const keep = async (type: RoundRecord["type"], summary: CutRound, model: Model): Promise<void> => {
    keepModel(at(summary.round, type), model);
    const record = { type, ...summary, arch: archToJson(summary.arch) } as RoundRecord;
    await journal.append(record);
    records.push(record);
  };
  return {
    cut: (round) => of("cut", round),
    pruned: (round) => of("pruned", round),
    model: (round, as, head) => (isModelKept(at(round, as)) ? readKeptModel(at(round, as), head) : undefined),
    keepCut: async (summary, model) => {
      await keep("cut", summary, model);
      rmSync(at(summary.round, "alphas"), { recursive: true, force: true });
    },
    keepPruned: async (summary, model) => {
      const { round } = summary;
      await keep("pruned", summary, model);
      for (const part of ["cut", "finetuning"]) rmSync(at(round, part), { recursive: true, force: true });
      if (!targets.has(round - 1)) rmSync(join(folder, `round-${round - 1}`), { recursive: true, force: true });
    },
    checkpoint: (round, phase) => ({ checkpoint: { folder: at(round, phase), every, resume: true } }),
    close: () => journal.close(),
  };
}

const JOURNAL = "rounds.jsonl";

/** Removes the networks that an earlier run kept, and nothing else that the folder may hold. */
function removeRounds(folder: string): void {
  for (const name of readdirSync(folder)) if (/^round-\d+$/.test(name)) rmSync(join(folder, name), { recursive: true });
}

/** That of a run that keeps nothing. */
const stateless: RoundState = {
  cut: () => undefined, pruned: () => undefined, model: () => undefined, keepCut: async () => {}, keepPruned: async () => {}, checkpoint: () => ({}), close: async () => {},
};
