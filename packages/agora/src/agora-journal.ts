import { type Journal, openJournal, type Settings } from "@bort/trials";
import { type AgoraRecord } from "./agora-events.js";

/**
 * Opens the journal of a run of Agora, or starts it where there is none; its entries are what `completed` of `agora` takes. `settings` are all that the run
 * depends on, as plain JSON.
 *
 * @throws what `openJournal` of `@bort/trials` throws
 */
export const openAgoraJournal = (path: string, settings: Settings): Promise<Journal<AgoraRecord>> => openJournal(path, settings, { name: "agora", isEntry });

const types: ReadonlySet<unknown> = new Set<AgoraRecord["type"]>(["trained", "failed", "generated"]);

const isEntry = (value: unknown): value is AgoraRecord => typeof value === "object" && value !== null && types.has((value as { readonly type?: unknown }).type);
