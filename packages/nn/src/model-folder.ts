import { join } from "node:path";
import { type EncoderArch, type HfModelType, toHfConfig } from "@bort/arch";
import { type SpecialTokens, type Tokenizer, openTokenizer } from "@bort/data";
import { sizeOf } from "@bort/graph";
import { writeFileAtomically } from "./atomic-write.js";
import { hfLabels } from "./hf-labels.js";
import { type HfNaming, hfClasses, hfNaming, hfTensors, hfZeroTokenTypes } from "./hf-names.js";
import { type Classifier, type EncoderModel, type MlmModel, type Model } from "./model.js";
import { NnError } from "./nn-error.js";
import { type Read, readEncoder, readHead, readModel } from "./read-model.js";
import { type NamedTensor, writeSafetensors } from "./safetensors.js";

/** A model and the tokenizer that it was trained with. */
export interface ModelFolder<M extends EncoderModel = Model> {
  readonly model: M;
  readonly tokenizer: Tokenizer;
  /** The type of model in transformers, where several have such networks. Default: BERT, RoBERTa, ALBERT or MobileBERT, as the architecture needs. */
  readonly modelType?: HfModelType;
}

/**
 * Writes a folder that Hugging Face libraries open: `config.json`, `model.safetensors`, `tokenizer.json`, `tokenizer_config.json`.
 *
 * Where the layers differ, or no class has the network, as with linear bottlenecks, the folder is refused there (see `toHfConfig`), and read by `loadModel`
 * alone; in the latter case the tensors have our own names.
 *
 * @throws NnError `nn/bad-model-folder` for a tokenizer of another size or a `modelType` that has no such network, `nn/write-failed`; ArchError for labels
 * that are not distinct.
 */
export function saveModel(folder: string, { model, tokenizer, modelType }: ModelFolder): void {
  const { arch, head, parameters } = model;
  requireSameVocabulary(folder, tokenizer, arch);
  const naming = modelType ?? hfNaming(arch);
  const config = toHfConfig(arch, {
    ...(naming !== "own" && { modelType: naming }), architectures: [classOf(model, naming)], hiddenDropout: 0, attentionDropout: 0,
    bosTokenId: tokenizer.special.begin, eosTokenId: tokenizer.special.end, ...(head.kind === "classifier" && hfLabels(head)),
  });
  const tensors: Record<string, NamedTensor> = {};
  for (const { hfName, shape, parameter, offset } of hfTensors(arch, head, naming)) {
    tensors[hfName] = { shape, data: parameters.view(parameter).subarray(offset, offset + sizeOf(shape)) };
  }
  // Transformers' encoders always add a token type: ours without one is the same network with a row of zeros.
  const zeros = hfZeroTokenTypes(arch, naming);
  if (zeros !== undefined) tensors[zeros.hfName] = { shape: zeros.shape, data: new Float32Array(sizeOf(zeros.shape)) };
  writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
  writeFileAtomically(join(folder, "tokenizer.json"), tokenizer.toJson());
  writeJson(join(folder, "tokenizer_config.json"), tokenizerConfig(tokenizer, arch));
  writeJson(join(folder, "config.json"), config);
}

const writeJson = (path: string, value: unknown): void => writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);

function tokenizerConfig(tokenizer: Tokenizer, arch: EncoderArch): object {
  const name = (role: keyof SpecialTokens): string => tokenizer.idToToken(tokenizer.special[role]);
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_max_length: arch.positions - arch.positionOffset,
    bos_token: name("begin"), eos_token: name("end"), cls_token: name("begin"), sep_token: name("end"),
    pad_token: name("pad"), unk_token: name("unknown"), mask_token: name("mask"),
    model_input_names: ["input_ids", "attention_mask"],
  };
}

/**
 * Reads a folder that `saveModel` wrote, or one of a published model: `config.json`, weights as safetensors or `pytorch_model.bin`, in shards or not, and
 * its tokenizer.
 *
 * @throws NnError `nn/missing-path`, `nn/bad-model-folder`, `nn/bad-safetensors`, `nn/bad-torch-file`, `nn/missing-tensor`; ArchError and DataError for its
 * config and tokenizer.
 */
export const loadModel = (folder: string): ModelFolder => withTokenizer(folder, readModel(folder));

/** Reads the encoder of a folder alone, whatever class it was saved as; throws what `loadModel` throws. */
export const loadEncoder = (folder: string): ModelFolder<EncoderModel> => withTokenizer(folder, readEncoder(folder));

/**
 * Reads a folder whose model has a masked-language-model head, as one does whose `config.json` names no class; @throws NnError `nn/wrong-head` for a
 * classifier, `nn/bad-model-folder` for other classes, and what `loadModel` throws
 */
export function loadMlmModel(folder: string): ModelFolder<MlmModel> {
  const { model, ...rest } = withTokenizer(folder, readModel(folder, "mlm"));
  if (!isMlmModel(model)) throw new NnError("nn/wrong-head", `nn: ${folder} holds a classifier where a masked language model is needed; give the folder of a pre-trained model`);
  return { model, ...rest };
}

/** Reads a folder whose model has a classifier; @throws NnError `nn/wrong-head` for another. */
export function loadClassifier(folder: string): ModelFolder<Classifier> {
  const { model, ...rest } = loadModel(folder);
  if (!isClassifier(model)) throw noClassifier(folder);
  return { model, ...rest };
}

/** The labels of a folder's classifier, none for a model of a value, by its `config.json` alone; @throws NnError `nn/wrong-head` for another model */
export function classifierLabels(folder: string): readonly string[] {
  const head = readHead(folder);
  if (head.kind !== "classifier") throw noClassifier(folder);
  return head.labels;
}

const noClassifier = (folder: string): NnError =>
  new NnError("nn/wrong-head", `nn: ${folder} holds a masked language model where a classifier is needed; fine-tune it on a task first`);

export const isMlmModel = (model: Model): model is MlmModel => model.head.kind === "mlm";
export const isClassifier = (model: Model): model is Classifier => model.head.kind === "classifier";

function withTokenizer<M extends EncoderModel>(folder: string, read: Read<M>): ModelFolder<M> {
  const tokenizer = openTokenizer(folder);
  requireSameVocabulary(folder, tokenizer, read.model.arch);
  return { ...read, tokenizer };
}

function requireSameVocabulary(folder: string, tokenizer: Tokenizer, arch: EncoderArch): void {
  if (tokenizer.vocabSize === arch.vocabSize) return;
  throw new NnError("nn/bad-model-folder",
    `nn: the tokenizer for ${folder} has ${tokenizer.vocabSize} tokens and its model ${arch.vocabSize}; use the tokenizer that the model was trained with`);
}

function classOf({ arch, head }: Model, naming: HfNaming): string {
  const name = hfClasses(arch, naming)[head.kind];
  if (name !== undefined) return name;
  throw new NnError("nn/bad-model-folder",
    `nn: type ${naming} must have a class in transformers that computes what the model does, got an encoder with the head "${head.kind}", for which it has none; `
    + `leave the type out, for ${hfNaming(arch)}`);
}
