import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { flops, formatTuple, parseSpace } from "@bort/arch";
import { type EngineBackend, engineFacts, engineText } from "@bort/backend";
import { separationText } from "@bort/bench";
import {
  certificateVerdict, type CandidateHyperparameters, type MaximumPoint, type TrainingObjectives, type TupleMeasure, type ScoredTrial, type SearchExecutor, bortHyperparameters,
  openTrialLog, readTrialLog, selectCandidates,
} from "@bort/fptas";
import { loadMlmModel, type MlmShape } from "@bort/nn";
import { processExecutor } from "@bort/trials";
import { candidateObjectives } from "../candidate-objectives.js";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { extractionTable, INTERVAL_LEVEL } from "../extraction-table.js";
import { findModel, weightsHash } from "../find-model.js";
import { followSearch } from "../follow-search.js";
import { choice, decimal, described, flag, integer, required, text, withDefault } from "../options.js";
import { barsOn } from "../progress.js";
import { readJsonFile } from "../read-json-file.js";
import { corpusFacts, openRunCorpus } from "../run-corpus.js";
import { type RunFolder, checkRunFolder } from "../run-folder.js";
import { runOnEngine } from "../run-on-engine.js";
import { RunLatencies, writeSearchReport } from "../search-report.js";
import { searchBy, strategyOptions, strategySettings } from "../search-strategies.js";
import { settingsOf } from "../settings.js";
import { printLine } from "../terminal.js";
import { checkRates, corpusOf, corpusOptions, outOption, runOptions, sequenceLengthFor, shapeOf } from "../training-options.js";
import { type TrialInput } from "../trial-process.js";

/** `bort extract`: a search, by the FPTAS unless told, with a pre-trained model as the maximum point. */
export const extract: Command = command({
  name: "extract",
  description: "search a design space for the best architecture below a teacher",
  options: {
    teacher: required(text("MODEL", "pre-trained model, a folder or a name on Hugging Face's hub; the maximum point")),
    ...corpusOptions,
    space: required(text("FILE", "JSON with the lists depth, heads, hidden and intermediate")),
    out: outOption,
    ...strategyOptions,
    steps: withDefault(integer("training steps of a candidate; halving: in the first rung", 1), 3),
    seeds: withDefault(integer("trainings of a candidate, each from other random numbers; from 2 on W has an interval", 1), 1),
    observe: described(integer("one in how many steps is looked at closely for the certificate, which takes it about twice the time", 1), "half of --steps"),
    latency: withDefault(choice(["measured", "flops"], "time the candidates, or count their FLOPs, which depend on no machine"), "measured"),
    accounting: withDefault(choice(["exact", "bort-paper"], "how parameters are counted"), "exact"),
    surrogate: withDefault(choice(["held-out", "last-batch", "task"], "a candidate's error: its distance from the teacher on held-out text or on the last batch, or its own MLM loss"), "held-out"),
    "learning-rate": withDefault(decimal("of the candidates, by SGD"), bortHyperparameters.learningRate),
    "batch-size": withDefault(integer("sequences in a batch", 1), 16),
    "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as the teacher reads"),
    workers: described(integer("trials at a time, each in a process of its own with its share of the threads", 1), "one after another in this process"),
    report: flag("write report.html into --out, also where the search is already done and --resume is given"),
    "trial-time-limit": described(integer("seconds after which a trial has failed; needs --workers", 1), "none"),
    ...runOptions,
  },
  run: async (options, { terminal, signal }) => {
    const { out, steps, seeds, latency, accounting, surrogate, seed, "batch-size": batchSize } = options;
    checkRunFolder(out, options.resume);
    const timeLimit = options["trial-time-limit"];
    if (timeLimit !== undefined && options.workers === undefined) throw usageError("--trial-time-limit needs --workers: only a trial in a process of its own can be ended");
    const strategy = strategySettings(options);
    const observe = { every: options.observe ?? Math.ceil(steps / 2) };
    const space = parseSpace(readJsonFile(options.space));
    const { epsilon = 1, offset } = strategy;
    selectCandidates(space, { epsilon, orderBy: () => 0, ...(offset !== undefined && { offset }) }); // Throws, before any work, where space or stride cannot be.
    const { warmupRatio } = bortHyperparameters;
    const hyperparameters = [{ learningRate: options["learning-rate"], warmupRatio }];
    checkRates({ schedule: "constant", "learning-rate": options["learning-rate"], "warmup-ratio": warmupRatio });
    const teacherFolder = await findModel(options.teacher, options, { terminal, signal });
    const { model: teacher, tokenizer } = loadMlmModel(teacherFolder);
    const shape = shapeOf(batchSize, sequenceLengthFor(teacher, options["sequence-length"]));
    const corpus = await corpusOf(options, signal);
    const inputs = { teacher: await weightsHash(teacherFolder) };
    const settings = { space: space.lists, ...strategy, hyperparameters, steps, latency, accounting, surrogate, seed, seeds, shape, corpus: corpusFacts(corpus), inputs };
    const request = { command: "extract", settings: { ...settingsOf(options), ...strategy, space: space.lists }, inputs };
    const bars = barsOn(terminal, options.quiet);

    const { engine, threads, ...extraction } = await runOnEngine({ out, request, flags: options, terminal }, async (run, backend) => {
      const prepared = await openRunCorpus(run, { corpus, tokenizer, signal, bars });
      const latencies = new RunLatencies(run);
      const logitsFolder = run.at("teacher-logits");
      let objectives: TrainingObjectives | undefined;
      try {
        objectives = await candidateObjectives({
          backend, teacher, corpus: prepared, shape, steps, seed, latency, accounting, surrogate, observe, onLatencies: (measured) => latencies.add(measured),
        });
        const maximumPoint = await maximumPointOf(run, objectives, signal);
        const trialThreads = options.workers === undefined ? backend.threads : Math.max(1, Math.floor(backend.threads / options.workers));
        const executor = options.workers === undefined ? undefined : trialProcesses(
          { engine: backend.engine, teacher: teacherFolder, corpus: run.at("corpus"), logitsFolder, shape, steps, seed, surrogate, observe }, { workers: options.workers, threads: trialThreads, timeLimit });
        const log = await openTrialLog(run.at("trials.jsonl"), { ...settings, ...engineSettings(backend, trialThreads), maximumPoint });
        const { measured, trials: completed } = log;
        const search = searchBy(strategy, {
          space, maximumPoint, hyperparameters, objectives, flops: flopsBelow(objectives, shape), measured, completed, steps, seed, seeds, signal, ...(executor !== undefined && { executor }),
        });
        const found = await followSearch(search, log, { run, bars, seeds, signal });
        if (options.report) writeSearchReport({ run, found, strategy: strategy.strategy, latency, latencies, engine: engineFacts(backend) });
        return found;
      } finally {
        await objectives?.dispose();
        prepared.close();
        rmSync(logitsFolder, { recursive: true, force: true });
      }
    });
    const { chosen, trials, certificate } = extraction;
    if (!options.json) {
      printLine(terminal.stdout, extractionTable(extraction, latency));
      if (latency === "measured") printLine(terminal.stdout, `latencies: ${engineText({ engine, threads })}`);
      if (seeds > 1) printLine(terminal.stdout, separationText(extraction, INTERVAL_LEVEL));
      if (certificate !== undefined) printLine(terminal.stdout, `certificate: ${certificateVerdict(certificate)}`);
      if (options.report) printLine(terminal.stdout, `report: ${join(out, "report.html")}`);
      printLine(terminal.stdout, `chosen: ${formatTuple(chosen)}`);
    }
    return { chosen, trials: trials.map(scoreOf), ...(certificate !== undefined && { certificate }), engine, threads };
  },
});

/** What `--json` tells of a trial. */
const scoreOf = ({ arch, steps, parameters, latencyMs, error, errors, w }: ScoredTrial): object =>
  ({ arch, ...(steps !== undefined && { steps }), parameters, latencyMs, error, ...(errors !== undefined && { errors }), w });

/** The maximum point that the run's log was begun with, or the one measured now: a search has one alone. */
async function maximumPointOf(run: RunFolder, objectives: TrainingObjectives, signal: AbortSignal): Promise<MaximumPoint> {
  const path = run.at("trials.jsonl");
  const begun = existsSync(path) && readFileSync(path, "utf8").includes("\n");
  return begun ? ((await readTrialLog(path)).settings["maximumPoint"] as MaximumPoint) : objectives.maximumPoint(signal);
}

/** FLOPs of a point on a batch; they do not depend on the number of heads, which may not divide the hidden size. */
const flopsBelow = ({ training }: TrainingObjectives, { sequenceLength: sequence, batchSize: batch }: MlmShape): TupleMeasure =>
  ([depth, , hidden, intermediate]) => flops(training!.encoderOf([depth, 1, hidden, intermediate]), { sequence, batch }).total;

/** What computes, as far as numbers depend on it: the threads of a trial decide its last bits, the workers nothing. */
const engineSettings = ({ engine, threads }: EngineBackend, trialThreads: number): Readonly<Record<string, unknown>> =>
  ({ engine, threads, ...(trialThreads !== threads && { trialThreads }) });

interface TrialProcessesOptions {
  readonly workers: number;
  readonly threads: number;
  /** In seconds. */
  readonly timeLimit: number | undefined;
}

function trialProcesses(input: TrialInput, { workers, threads, timeLimit }: TrialProcessesOptions): SearchExecutor<CandidateHyperparameters> {
  const module = new URL("./trial-process.js", import.meta.url); // Beside the program in `dist`, where everything else is in one folder too.
  return processExecutor({ module, exportName: "makeTrial", input, workers, threads, ...(timeLimit !== undefined && { timeLimitMs: 1000 * timeLimit }) });
}
