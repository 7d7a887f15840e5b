/** Options that say where things are and how they are shown, not what is computed; the engine in use is noted beside the settings. */
const circumstances: ReadonlySet<string> = new Set([
  "corpus", "teacher", "student", "model", "data", "train", "dev", "test", "out", "logits-cache", "report", "space", "resume", "json", "quiet", "tensorboard", "mlflow",
  "mlflow-experiment", "engine", "threads", "checkpoint-every", "workers", "trial-time-limit", "training-time-limit", "socrates", "mlm", "supernet",
]);

/** The options that decide the outcome of a run, for its `run.json`. */
export const settingsOf = (options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !circumstances.has(name)));
