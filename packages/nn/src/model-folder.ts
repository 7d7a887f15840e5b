import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type EncoderArch, fromHfConfig, hfExtrasOf, type HfModelType, toHfConfig } from "@bort/arch";
import { type Tokenizer, readTokenizerJson } from "@bort/data";
import { sizeOf } from "@bort/graph";
import { writeFileAtomically } from "./atomic-write.js";
import { type HfNaming, hfClasses, hfNaming, hfNamingOf, hfTensors, hfZeroTokenTypes } from "./hf-names.js";
import { type Classifier, type MlmModel, type Model } from "./model.js";
import { NnError } from "./nn-error.js";
import { type ModelHead, modelParameters } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.js";

/** A model and the tokenizer that it was trained with. */
export interface ModelFolder<M extends Model = Model> {
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
    bosTokenId: tokenizer.special.begin, eosTokenId: tokenizer.special.end, ...(head.kind === "classifier" && { labels: head.labels }),
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
  writeJson(join(folder, "tokenizer_config.json"), tokenizerConfig(arch));
  writeJson(join(folder, "config.json"), config);
}

const writeJson = (path: string, value: unknown): void => writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);

const tokenizerConfig = (arch: EncoderArch): object => ({
  tokenizer_class: "PreTrainedTokenizerFast",
  model_max_length: arch.positions - arch.positionOffset,
  bos_token: "<s>", eos_token: "</s>", cls_token: "<s>", sep_token: "</s>", pad_token: "<pad>", unk_token: "<unk>", mask_token: "<mask>",
  model_input_names: ["input_ids", "attention_mask"],
});

/**
 * Reads a folder that `saveModel` wrote.
 *
 * @throws NnError `nn/missing-path`, `nn/bad-model-folder`, `nn/bad-safetensors`, `nn/missing-tensor`; ArchError and DataError for its config and tokenizer.
 */
export function loadModel(folder: string): ModelFolder {
  const config = readJson(join(folder, "config.json"));
  const arch = fromHfConfig(config);
  const { architectures: [architecture] = [], labels = [], modelType = "bert" } = hfExtrasOf(config);
  const tokenizer = readTokenizerJson(readText(join(folder, "tokenizer.json")));
  requireSameVocabulary(folder, tokenizer, arch);
  const naming = hfNamingOf(architecture, modelType);
  const head = headOf(folder, hfClasses(arch, naming), architecture, labels);
  const model = { arch, head, parameters: readParameters(join(folder, "model.safetensors"), arch, head, naming) };
  return { model, tokenizer, ...(naming !== "own" && { modelType: naming }) };
}

/** Reads a folder whose model has a masked-language-model head; @throws NnError `nn/wrong-head` for another. */
export function loadMlmModel(folder: string): ModelFolder<MlmModel> {
  const { model, ...rest } = loadModel(folder);
  if (!isMlmModel(model)) throw new NnError("nn/wrong-head", `nn: ${folder} holds a classifier where a masked language model is needed; give the folder of a pre-trained model`);
  return { model, ...rest };
}

/** Reads a folder whose model has a classifier; @throws NnError `nn/wrong-head` for another. */
export function loadClassifier(folder: string): ModelFolder<Classifier> {
  const { model, ...rest } = loadModel(folder);
  if (!isClassifier(model)) throw new NnError("nn/wrong-head", `nn: ${folder} holds a masked language model where a classifier is needed; fine-tune it on a task first`);
  return { model, ...rest };
}

export const isMlmModel = (model: Model): model is MlmModel => model.head.kind === "mlm";
export const isClassifier = (model: Model): model is Classifier => model.head.kind === "classifier";

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

function headOf(folder: string, classes: ReturnType<typeof hfClasses>, architecture: string | undefined, labels: readonly string[]): ModelHead {
  if (architecture !== undefined && architecture === classes.mlm) return { kind: "mlm" };
  if (architecture !== undefined && architecture === classes.classifier && labels.length > 0) return { kind: "classifier", labels };
  const known = [...(classes.mlm === undefined ? [] : [classes.mlm]), ...(classes.classifier === undefined ? [] : [`${classes.classifier} with its labels`])];
  throw new NnError("nn/bad-model-folder",
    `nn: ${folder}/config.json must name ${known.join(", or ") || "another type of model"}, got ${architecture ?? "nothing"}; save the model with one of these heads`);
}

function readParameters(path: string, arch: EncoderArch, head: ModelHead, naming: HfNaming): ParameterStore {
  const { tensors } = readSafetensors(path);
  const parameters = new ParameterStore(modelParameters(arch, head));
  const wanted = hfTensors(arch, head, naming);
  const problems = wanted.filter(({ hfName, shape }) => tensors[hfName]?.shape.join() !== shape.join())
    .map(({ hfName, shape }) => `${hfName} [${shape}]${tensors[hfName] === undefined ? "" : `, got [${tensors[hfName].shape}]`}`);
  const known = new Set([...wanted.map(({ hfName }) => hfName), hfZeroTokenTypes(arch, naming)?.hfName]);
  problems.push(...Object.keys(tensors).filter((name) => !known.has(name)).map((name) => `nothing called ${name}`));
  if (problems.length > 0) {
    const shown = `${problems.slice(0, 3).join("; ")}${problems.length > 3 ? ` and ${problems.length - 3} more` : ""}`;
    throw new NnError("nn/missing-tensor", `nn: ${path} and its config.json do not agree: needed ${shown}; restore both files from one save`);
  }
  for (const { hfName, parameter, offset } of wanted) parameters.view(parameter).set(tensors[hfName]!.data, offset);
  return parameters;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new NnError("nn/missing-path", missing ? `nn: there is no file ${path}; give the folder of a saved model` : `nn: cannot read ${path}: ${(error as Error).message}`);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    throw error instanceof SyntaxError ? new NnError("nn/bad-model-folder", `nn: ${path} is not JSON; restore it from a copy`) : error;
  }
}
