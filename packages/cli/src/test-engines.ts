import { type EngineName, withBackend } from "@bort/backend";

/** The engines that the machine has, the one that `auto` gives first. */
export const engines: readonly EngineName[] = await withBackend({ threads: 1 }, async ({ engine }) => (engine === "native" ? [engine, "onnx"] : [engine]));
