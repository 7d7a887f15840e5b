/** Options that say where things are and how they are shown or run, not what is computed. */
const circumstances: ReadonlySet<string> = new Set(["corpus", "teacher", "model", "data", "out", "space", "resume", "json", "quiet", "threads", "checkpoint-every"]);

/** The options that decide the outcome of a run, for its `run.json`. */
export const settingsOf = (options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !circumstances.has(name)));
