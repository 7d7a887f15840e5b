import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EncoderArch, formatTuple } from "@bort/arch";
import { type ExtractEvent, type Extraction, type MaximumPoint, type TrainingObjectives, type TrialLog, extract, openTrialLog, trainingObjectives } from "@bort/fptas";
import { fingerprint, writeFileAtomically } from "@bort/nn";
import { heldOutBatches, trainingBatches } from "./batches.js";
import { partsOf } from "./setting.js";
import { type Materials, type Workplace } from "./workplace.js";

/** How i is measured: by time, as in the paper, or by FLOPs, which depend on no machine. */
export type LatencyMeasure = "measured" | "flops";

export interface Found {
  readonly extraction: Extraction;
  /** The network that was chosen. */
  readonly arch: EncoderArch;
}

/**
 * Searches the space by the FPTAS with T as the maximum point; trials lie in `trials.jsonl` of the run's folder, and those that are there are not repeated.
 *
 * @throws the signal's reason; what `trainingObjectives`, `openTrialLog` and `extract` throw
 */
export async function searchArchitecture(workplace: Workplace, materials: Materials, latency: LatencyMeasure): Promise<Found> {
  const { setting, out, seed, signal } = workplace;
  const objectives = await objectivesOf(workplace, materials, latency);
  try {
    const maximumPoint = await maximumPointOf(join(out, "maximum-point.json"), objectives, signal);
    const { search: { space, ...search }, trial } = setting;
    const teacher = fingerprint(materials.teacher.parameters.flat);
    const log = await openTrialLog(join(out, "trials.jsonl"), { space: space.lists, ...search, trial, seed, latency, teacher, maximumPoint });
    try {
      const { measured, trials: completed } = log;
      const extraction = await follow(workplace, extract({ space, ...search, maximumPoint, objectives, measured, completed, signal }), log);
      return { extraction, arch: objectives.training!.encoderOf(extraction.chosen) };
    } finally {
      await log.close();
    }
  } finally {
    await objectives.dispose();
  }
}

function objectivesOf({ setting, seed, backend }: Workplace, { teacher, corpus }: Materials, latency: LatencyMeasure): Promise<TrainingObjectives> {
  const { steps, maxGradientNorm, heldOutSequences } = setting.trial;
  const { parts, shape } = partsOf(setting.trial.shape, setting);
  return trainingObjectives({
    backend, teacher, shape, steps, maxGradientNorm, seed, latency, accumulate: parts,
    train: trainingBatches(corpus, shape, seed), heldOut: heldOutBatches(corpus, shape, heldOutSequences),
  });
}

/** T's size and latency, measured once for a run: a search that goes on compares with the same. */
async function maximumPointOf(path: string, objectives: TrainingObjectives, signal: AbortSignal): Promise<MaximumPoint> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as MaximumPoint;
  const maximumPoint = await objectives.maximumPoint(signal);
  writeFileAtomically(path, `${JSON.stringify(maximumPoint)}\n`);
  return maximumPoint;
}

/** Runs a search to its end with a bar over its trials, which are logged. */
async function follow({ terminal }: Workplace, search: AsyncGenerator<ExtractEvent, Extraction>, log: TrialLog): Promise<Extraction> {
  let bar: ReturnType<typeof terminal.bar> | undefined;
  const show = (of: number, done: number, note: string): void => (bar ??= terminal.bar("candidates", of, done)).update(done, note);
  try {
    for (;;) {
      const { value: event, done } = await search.next();
      if (done === true) return event;
      await log.record(event);
      if (event.type === "step") show(event.of, event.index - 1, `${formatTuple(event.arch)} step ${event.step.step}`);
      if (event.type === "trial" && !event.resumed) show(event.of, event.index, formatTuple(event.trial.arch));
    }
  } finally {
    bar?.finish();
  }
}
