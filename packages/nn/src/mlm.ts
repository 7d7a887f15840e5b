import { type EncoderArch } from "@bort/arch";
import { type MlmBatch } from "@bort/data";
import * as op from "@bort/graph";
import { type Backend, type Feeds, type Node, parameter } from "@bort/graph";
import { type DropoutRates, dropoutOf } from "./dropout.js";
import { type EncoderTaps, encoderTaps } from "./encoder.js";
import { mlmHead } from "./heads.js";
import { labelAccuracy } from "./label-accuracy.js";
import { labelLoss } from "./losses.js";
import { type Model } from "./model.js";
import { NnError } from "./nn-error.js";
import { modelParameters } from "./parameter-spec.js";
import { parameterNodes } from "./parameter-store.js";
import { type LossGraph } from "./gradient-graph.js";

/** Sizes of a masked-language-model batch. */
export interface MlmShape {
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** Masked places per sequence. */
  readonly maskedPerSequence: number;
  /** Whether sequences may end in padding, by the id that the architecture has for it. Default false: every place holds a token. */
  readonly padded?: boolean;
}

/** The nodes that an MLM objective is built from. */
export interface MlmNodes {
  /** Logits at the masked places: `[batch * masked, vocabulary]`. */
  readonly logits: Node;
  /** `i32[batch * masked]`. */
  readonly labels: Node;
  /** 1 for a masked place, 0 for an unused one: `[batch * masked]`. */
  readonly weights: Node;
  /** What the encoder computes on the way to the logits. */
  readonly taps: EncoderTaps;
}

/** An encoder with its MLM head on a batch of the given shape, logits at the masked places only. */
export function mlmNodes(arch: EncoderArch, { batchSize, sequenceLength, maskedPerSequence, padded = false }: MlmShape, dropout: DropoutRates = {}): MlmNodes {
  const parameters = parameterNodes(modelParameters(arch, { kind: "mlm" }));
  const masked = [batchSize * maskedPerSequence];
  const ids = parameter("ids", [batchSize, sequenceLength], "i32");
  const mask = padded ? { mask: notPadding(arch, ids) } : {};
  const taps = encoderTaps(arch, parameters, { ids, ...mask, dropout: dropoutOf(dropout) });
  return {
    logits: mlmHead(arch, parameters, op.gather(taps.states.at(-1)!, parameter("positions", masked, "i32"))),
    labels: parameter("labels", masked, "i32"),
    weights: parameter("weights", masked),
    taps,
  };
}

/** 1 where there is a token, 0 where there is padding: `i32[batch, sequence] -> f32[batch, sequence]`. */
function notPadding({ padTokenId }: EncoderArch, ids: Node): Node {
  if (padTokenId === undefined) throw new NnError("nn/bad-option", "nn: padded sequences need an architecture with a padTokenId, got none; give it the tokenizer's");
  return op.sub(1, op.cast(op.equal(ids, op.constant(padTokenId, [], "i32")), "f32"));
}

/** The masked-language-model loss, in nats (Devlin et al. 2018). */
export function mlmLossGraph(arch: EncoderArch, shape: MlmShape, dropout: DropoutRates = {}): LossGraph {
  const { logits, labels, weights } = mlmNodes(arch, shape, dropout);
  return { loss: labelLoss(logits, labels, weights) };
}

/** A batch as feeds of the graphs above. */
export const mlmFeeds = ({ ids, positions, labels, weights }: MlmBatch): Feeds & MlmBatch => ({ ids, positions, labels, weights });

/** What a masked language model is worth on a fixed set of batches, each masked place counting alike. */
export interface MlmEvaluation {
  /** Mean MLM loss, in nats. */
  readonly loss: number;
  /** Share of the masked places whose token the model finds the likeliest. */
  readonly accuracy: number;
}

/**
 * Evaluates a model on `batches`.
 *
 * @throws NnError `nn/bad-option` where no place in them is masked.
 */
export async function evaluateMlm(
  backend: Backend, { arch, parameters }: Pick<Model, "arch" | "parameters">, shape: MlmShape, batches: Iterable<MlmBatch>,
): Promise<MlmEvaluation> {
  const { logits, labels, weights } = mlmNodes(arch, shape);
  const program = await backend.compile({ loss: labelLoss(logits, labels, weights), accuracy: labelAccuracy(logits, labels, weights) });
  try {
    return await meanEvaluation(async (feeds) => {
      const { loss, accuracy } = await program.run({ ...parameters.views, ...feeds });
      return { loss: Number(loss!.data[0]), accuracy: Number(accuracy!.data[0]) };
    }, batches);
  } finally {
    await program.dispose();
  }
}

async function meanEvaluation(evaluate: (feeds: Feeds) => Promise<MlmEvaluation>, batches: Iterable<MlmBatch>): Promise<MlmEvaluation> {
  const sum = { loss: 0, accuracy: 0 };
  let count = 0;
  for (const batch of batches) {
    const places = batch.weights.reduce((total, weight) => total + weight, 0);
    if (places === 0) continue;
    const { loss, accuracy } = await evaluate(mlmFeeds(batch));
    sum.loss += places * loss;
    sum.accuracy += places * accuracy;
    count += places;
  }
  if (count === 0) throw new NnError("nn/bad-option", "nn: a validation loss needs at least one masked place, got none; give more validation text");
  return { loss: sum.loss / count, accuracy: sum.accuracy / count };
}
