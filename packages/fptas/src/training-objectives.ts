import { type ArchFrame, type ArchTuple, type EncoderArch, archOf, flops, parameterCount } from "@bort/arch";
import { type EncoderLatencies, type LatencyOptions, measureEncoders } from "@bort/nn";
import { analyticParameters } from "./analytic-surrogates.js";
import { CandidateTraining, type CandidateHyperparameters, type CandidateTrainingOptions } from "./candidate-training.js";
import { type Objectives } from "./objectives.js";
import { FptasError } from "./fptas-error.js";
import { trialFlops } from "./trial-flops.js";
import { type MaximumPoint } from "./w-coefficient.js";

export interface TrainingObjectivesOptions extends Omit<CandidateTrainingOptions, "seed" | "maxGradientNorm"> {
  /** Seed of the candidates' fresh parameters. Default 0. */
  readonly seed?: number;
  /** Global norm at which gradients are clipped. Default 1, Bort's. */
  readonly maxGradientNorm?: number;
  /** i^: median time of the encoder on a batch of `shape`, or its FLOPs, which depend on no machine. Default `measured`. */
  readonly latency?: "measured" | "flops";
  /** How p^ is counted, of candidates and maximum point alike. Default `exact`. */
  readonly accounting?: "bort-paper" | "exact";
  /** How times are measured. Default: as `measureLatency` of `@bort/nn` does. */
  readonly latencyOptions?: Omit<LatencyOptions, "signal">;
  /** Told what was measured, with intervals, threads, batch and sequence, once for the maximum point and once for the candidates. Default: nobody wants to know. */
  readonly onLatencies?: (measured: EncoderLatencies) => void;
}

/** The surrogates of Bort's section 3.3, with the maximum point that they are measured against. */
export interface TrainingObjectives extends Objectives<CandidateHyperparameters> {
  maximumPoint(signal?: AbortSignal): Promise<MaximumPoint>;
  dispose(): Promise<void>;
}

/**
 * p^: parameters of embedding and encoder. i^: latency of the encoder. e^: mean cross-entropy between the last layers of T and the
 * candidate on held-out batches, in nats, unless another `surrogate` is asked for, after `steps` steps of SGD on that same loss from fresh parameters.
 *
 * @throws FptasError `fptas/bad-objective` unless `steps` and `accumulate` are whole numbers from 1 and there are the held-out batches that the surrogate needs.
 */
export async function trainingObjectives(options: TrainingObjectivesOptions): Promise<TrainingObjectives> {
  const { backend, teacher, shape, heldOut, steps, accumulate = 1, latency = "measured", accounting = "exact", maxGradientNorm = 1, seed = 0 } = options;
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new FptasError("fptas/bad-objective", `fptas: a candidate needs a whole number of training steps from 1, got ${steps}; Bort took 3`);
  }
  if (!Number.isSafeInteger(accumulate) || accumulate < 1) {
    throw new FptasError("fptas/bad-objective", `fptas: the batches of a step must be a whole number from 1, got ${accumulate}; leave accumulate out to have one`);
  }
  if (heldOut.length === 0 && options.surrogate !== "last-batch") throw new FptasError("fptas/bad-objective", "fptas: the surrogate error needs held-out batches, got none; add validation text");
  const frame = frameOf(teacher.arch);
  const measure = async (archs: readonly EncoderArch[], signal?: AbortSignal): Promise<number[]> => {
    const measured = await measureEncoders(backend, archs, shape, { ...options.latencyOptions, ...(signal !== undefined && { signal }) });
    options.onLatencies?.(measured);
    return measured.encoders.map(({ medianMs }) => medianMs);
  };
  const latencies = async (archs: readonly EncoderArch[], signal?: AbortSignal): Promise<number[]> =>
    latency === "measured" ? measure(archs, signal) : archs.map((arch) => flops(arch, { sequence: shape.sequenceLength, batch: shape.batchSize }).total);
  const encoderOf = (tuple: ArchTuple): EncoderArch => archOf(tuple, frame);
  const training = new CandidateTraining({ ...options, maxGradientNorm, seed });
  return {
    parameters: analyticParameters(frame, { accounting }),
    latenciesMs: (archs, { signal }) => latencies(archs.map(encoderOf), signal),
    error: (arch, theta, context) => training.error(encoderOf(arch), theta, context),
    gradientClip: maxGradientNorm,
    training: {
      encoderOf,
      batchSize: accumulate * shape.batchSize,
      sequenceLength: shape.sequenceLength,
      flopsOf: (arch, asked = steps) =>
        trialFlops(encoderOf(arch), { shape, steps: accumulate * asked, heldOutBatches: options.surrogate === "last-batch" ? 0 : heldOut.length }),
    },
    maximumPoint: async (signal) => {
      const [latencyMs] = await latencies([teacher.arch], signal);
      return { parameters: parameterCount(teacher.arch, { accounting }).total, latencyMs: latencyMs! };
    },
    dispose: () => training.dispose(),
  };
}

/** What candidates share with the maximum point: everything but <D, A, H, I>. */
function frameOf({ vocabSize, positions, positionOffset, tokenTypes, activation, layerNormEps, pooler, padTokenId }: EncoderArch): ArchFrame {
  return { vocabSize, positions, positionOffset, tokenTypes, activation, layerNormEps, pooler, ...(padTokenId !== undefined && { padTokenId }) };
}
