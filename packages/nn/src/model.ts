import { type EncoderArch } from "@bort/arch";
import { NnError } from "./nn-error.js";
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

/** A copy of a model that is a classifier of those labels, its head too; @throws NnError `nn/bad-option` for another model. */
export function classifierCopy(model: EncoderModel & Partial<Pick<Model, "head">>, labels: readonly string[]): Classifier {
  const { arch, head, parameters } = model;
  if (head?.kind !== "classifier" || head.labels.join("\n") !== labels.join("\n")) {
    const got = head?.kind === "classifier" ? `one of ${head.labels.join(", ") || "a value"}` : "none";
    throw new NnError("nn/bad-option", `nn: keeping the head needs a classifier of ${labels.join(", ") || "a value"}, got ${got}; start with a fresh head`);
  }
  const specs = modelParameters(arch, head);
  const copy = new ParameterStore(specs);
  copy.copy(parameters, specs);
  return { arch, head, parameters: copy };
}
