import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatTuple, parseSpace } from "@bort/arch";
import { engineText } from "@bort/backend";
import { consoleTable } from "@bort/bench";
import { openCorpus } from "@bort/data";
import {
  type ExtractEvent, type Extraction, type MaximumPoint, type TrialLog, type TrainingObjectives, bortHyperparameters, extract as search, openTrialLog, readTrialLog,
  selectCandidates, trainingObjectives,
} from "@bort/fptas";
import { loadMlmModel } from "@bort/nn";
import { type Command, command } from "../command.js";
import { openEventLog } from "../event-log.js";
import { fileHash } from "../file-hash.js";
import { Interruption } from "../interruption.js";
import { choice, decimal, described, integer, required, text, withDefault } from "../options.js";
import { type NewBar, barsOn } from "../progress.js";
import { readJsonFile } from "../read-json-file.js";
import { batchesOf, corpusFacts, openRunCorpus } from "../run-corpus.js";
import { type RunFolder, checkRunFolder } from "../run-folder.js";
import { runOnEngine } from "../run-on-engine.js";
import { settingsOf } from "../settings.js";
import { printLine } from "../terminal.js";
import { checkRates, corpusOption, outOption, runOptions, sequenceLengthFor, shapeOf } from "../training-options.js";

/** Held-out batches that the surrogate error is measured on, at most. */
const HELD_OUT_BATCHES = 4;

/** `bort extract`: the FPTAS, with a pre-trained model as the maximum point. */
export const extract: Command = command({
  name: "extract",
  description: "search a design space for the best architecture below a teacher",
  options: {
    teacher: required(text("RUN", "folder of a pre-trained model, the maximum point")),
    corpus: corpusOption,
    space: required(text("FILE", "JSON with the lists depth, heads, hidden and intermediate")),
    out: outOption,
    epsilon: withDefault(integer("stride through the space, ordered by size; 1 tries every point", 1), 2),
    steps: withDefault(integer("training steps of a candidate", 1), 3),
    latency: withDefault(choice(["measured", "flops"], "time the candidates, or count their FLOPs, which depend on no machine"), "measured"),
    "learning-rate": withDefault(decimal("of the candidates, by SGD"), bortHyperparameters.learningRate),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as the teacher reads"),
    ...runOptions,
  },
  run: async (options, { terminal, signal }) => {
    const { out, epsilon, steps, latency, seed, "batch-size": batchSize } = options;
    checkRunFolder(out, options.resume);
    const space = parseSpace(readJsonFile(options.space));
    selectCandidates(space, { epsilon, orderBy: () => 0 }); // Throws, before any work, where space or epsilon cannot be.
    const { warmupRatio } = bortHyperparameters;
    const hyperparameters = [{ learningRate: options["learning-rate"], warmupRatio }];
    checkRates({ schedule: "constant", "learning-rate": options["learning-rate"], "warmup-ratio": warmupRatio });
    const { model: teacher, tokenizer } = loadMlmModel(options.teacher);
    const shape = shapeOf(batchSize, sequenceLengthFor(teacher, options["sequence-length"]));
    const corpus = await openCorpus(options.corpus, { signal });
    const inputs = { teacher: await fileHash(join(options.teacher, "model.safetensors")) };
    const settings = { space: space.lists, epsilon, hyperparameters, steps, latency, seed, shape, corpus: corpusFacts(corpus), inputs };
    const request = { command: "extract", settings: { ...settingsOf(options), space: space.lists }, inputs };
    const bars = barsOn(terminal, options.quiet);

    const { engine, threads, ...extraction } = await runOnEngine({ out, request, flags: options, terminal }, async (run, backend) => {
      const prepared = await openRunCorpus(run, { corpus, tokenizer, signal, bars });
      let objectives: TrainingObjectives | undefined;
      try {
        const { train, validation: heldOut } = batchesOf(prepared, shape, seed, HELD_OUT_BATCHES);
        objectives = await trainingObjectives({ backend, teacher, shape, train, heldOut, steps, seed, latency });
        const maximumPoint = await maximumPointOf(run, objectives, signal);
        const log = await openTrialLog(run.at("trials.jsonl"), { ...settings, engine: backend.engine, threads: backend.threads, maximumPoint });
        const { measured, trials: completed } = log;
        const events = search({ space, maximumPoint, epsilon, hyperparameters, objectives, measured, completed, signal });
        return await followSearch(events, log, { run, bars, signal });
      } finally {
        await objectives?.dispose();
        prepared.close();
      }
    });
    const { chosen, trials } = extraction;
    if (!options.json) {
      const timed = latency === "measured" ? `latencies: ${engineText({ engine, threads })}\n` : "";
      printLine(terminal.stdout, `${tableOf(extraction, latency)}\n${timed}chosen: ${formatTuple(chosen)}`);
    }
    return { chosen, trials: trials.map(({ arch, parameters, latencyMs, error, w }) => ({ arch, parameters, latencyMs, error, w })), engine, threads };
  },
});

/** The maximum point that the run's log was begun with, or the one measured now: a search has one alone. */
async function maximumPointOf(run: RunFolder, objectives: TrainingObjectives, signal: AbortSignal): Promise<MaximumPoint> {
  const path = run.at("trials.jsonl");
  const begun = existsSync(path) && readFileSync(path, "utf8").includes("\n");
  return begun ? ((await readTrialLog(path)).settings["maximumPoint"] as MaximumPoint) : objectives.maximumPoint(signal);
}

interface FollowSearchOptions {
  readonly run: RunFolder;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
}

/** Runs a search to its end with a progress bar; its trials go to `log`, which is closed, all events to `events.jsonl`, which is begun anew. */
async function followSearch(search: AsyncGenerator<ExtractEvent, Extraction, void>, log: TrialLog, { run, bars, signal }: FollowSearchOptions): Promise<Extraction> {
  const events = openEventLog(run.at("events.jsonl"));
  let bar: ReturnType<NewBar> | undefined;
  let trials = 0;
  try {
    for (;;) {
      const { value, done } = await search.next();
      if (done === true) return value;
      await log.record(value);
      events.append(value);
      if (value.type === "step") (bar ??= bars("trials", value.of)).update(value.index - 1 + value.step.step / (value.step.steps + 1), formatTuple(value.arch));
      if (value.type === "trial") {
        trials = value.index;
        (bar ??= bars("trials", value.of)).update(value.index, formatTuple(value.trial.arch));
      }
    }
  } catch (error) {
    throw signal.aborted ? new Interruption(`interrupted after ${trials} ${trials === 1 ? "trial" : "trials"}`, true) : error;
  } finally {
    bar?.finish();
    events.close();
    await log.close();
  }
}

function tableOf({ trials, failed, rejected, maximumPoint }: Extraction, latency: "measured" | "flops"): string {
  return consoleTable({
    columns: [{ label: "D,A,H,I" }, { label: "parameters" }, { label: latency === "flops" ? "FLOPs" : "ms" }, { label: "error" }, { label: "W" }, { label: "" }],
    rows: [
      ...trials.map((trial, i) => [formatTuple(trial.arch), trial.parameters, trial.latencyMs, trial.error, trial.w, i === 0 ? "chosen" : ""]),
      ...failed.map((trial) => [formatTuple(trial.arch), trial.parameters, trial.latencyMs, null, null, "failed"]),
      ...rejected.map((candidate) => [formatTuple(candidate.arch), candidate.parameters, candidate.latencyMs ?? null, null, null, candidate.reason]),
      ["teacher", maximumPoint.parameters, maximumPoint.latencyMs, null, null, "maximum point"],
    ],
    highlightRow: 0,
  });
}
