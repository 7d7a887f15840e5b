import { type EncoderArch } from "@bort/arch";
import { type ModelHead, encoderParameters, modelParameters } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";

/** An architecture with its head and the values of its parameters. */
export interface Model<H extends ModelHead = ModelHead> {
  readonly arch: EncoderArch;
  readonly head: H;
  readonly parameters: ParameterStore;
}
/** An encoder without a head, which gives states alone; every model is one. */
export type EncoderModel = Pick<Model, "arch" | "parameters">;
export type MlmModel = Model<Extract<ModelHead, { kind: "mlm" }>>;
export type Classifier = Model<Extract<ModelHead, { kind: "classifier" }>>;

/** A model with fresh parameters; matrices are drawn from N(0, deviation^2). */
export function createModel<H extends ModelHead>(arch: EncoderArch, head: H, seed: number, deviation: number = initialDeviation(arch)): Model<H> {
  return { arch, head, parameters: ParameterStore.initialized(modelParameters(arch, head), seed, deviation) };
}

/**
 * Default standard deviation of fresh matrices: 0.02 at BERT-base's width of 768, and more for a narrower encoder, as 1 / sqrt(hidden). With 0.02
 * everywhere, an encoder of width 128 stays at the unigram loss for a thousand steps and more.
 */
export const initialDeviation = ({ hiddenSize }: EncoderArch): number => 0.02 * Math.sqrt(768 / hiddenSize);

/** A fresh classifier on a copy of the encoder of `model`, whose own head, of whatever kind, is left behind. */
export function withClassifier(model: EncoderModel, labels: readonly string[], seed: number): Classifier {
  const classifier = createModel(model.arch, { kind: "classifier", labels }, seed);
  classifier.parameters.copy(model.parameters, encoderParameters(model.arch));
  return classifier;
}
