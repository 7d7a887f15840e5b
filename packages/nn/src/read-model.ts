import { join } from "node:path";
import { type EncoderArch, fromHfConfig, type HfExtras, hfExtrasOf, type HfModelType } from "@bort/arch";
import { hfFamilies } from "./hf-families.js";
import { labelsOfHf } from "./hf-labels.js";
import { type HfNaming, hfClasses, hfNamingOf } from "./hf-names.js";
import { readHfWeights } from "./hf-weights.js";
import { type EncoderModel, type Model } from "./model.js";
import { NnError } from "./nn-error.js";
import { type ModelHead } from "./parameter-spec.js";
import { readJson } from "./read-text.js";
import { openWeights } from "./weight-files.js";

/** A model, or its encoder, and the type of model in transformers; without a type where the names are our own. */
export interface Read<M extends EncoderModel> {
  readonly model: M;
  readonly modelType?: HfModelType;
}

/**
 * Reads `config.json` and the weights of a folder. The first of `architectures` says what head there is; where there is none, it is `fallback`.
 *
 * @throws NnError `nn/missing-path`, `nn/bad-model-folder`, `nn/bad-safetensors`, `nn/bad-torch-file`, `nn/missing-tensor`; ArchError for the config
 */
export function readModel(folder: string, fallback?: "mlm"): Read<Model> {
  const { arch, naming, ...config } = readConfig(folder);
  const head = headOf(folder, { arch, naming, ...config, fallback });
  return { model: { arch, head, parameters: readHfWeights(openWeights(folder), { arch, head, naming }) }, ...typeOf(naming) };
}

/** What head the model of a folder has, by its `config.json` alone; throws what `readModel` throws for that. */
export const readHead = (folder: string): ModelHead => headOf(folder, { ...readConfig(folder), fallback: undefined });

/** Reads the encoder alone, whatever head is on it; throws what `readModel` throws. */
export function readEncoder(folder: string): Read<EncoderModel> {
  const { arch, naming } = readConfig(folder);
  return { model: { arch, parameters: readHfWeights(openWeights(folder), { arch, head: undefined, naming }) }, ...typeOf(naming) };
}

const typeOf = (naming: HfNaming): { modelType?: HfModelType } => (naming === "own" ? {} : { modelType: naming });

interface FolderConfig {
  readonly arch: EncoderArch;
  readonly extras: HfExtras;
  readonly naming: HfNaming;
}

function readConfig(folder: string): FolderConfig {
  const config = readJson(join(folder, "config.json"), "give the folder of a saved model");
  const extras = hfExtrasOf(config);
  const { architectures = [], modelType = "bert" } = extras;
  return { arch: fromHfConfig(config), extras, naming: hfNamingOf(architectures[0], modelType) };
}

function headOf(folder: string, { arch, extras, naming, fallback }: FolderConfig & { readonly fallback: "mlm" | undefined }): ModelHead {
  const architecture = extras.architectures?.[0];
  const classes = hfClasses(arch, naming);
  const preTraining = naming === "own" ? undefined : hfFamilies[naming].preTrainingClass;
  const isMlm = architecture === undefined ? fallback === "mlm" : architecture === classes.mlm || architecture === preTraining;
  if (classes.mlm !== undefined && isMlm) return { kind: "mlm" };
  const labels = architecture !== undefined && architecture === classes.classifier ? labelsOfHf(folder, extras) : undefined;
  if (labels !== undefined) return { kind: "classifier", labels };
  const known = [...(classes.mlm === undefined ? [] : [classes.mlm]), ...(classes.classifier === undefined ? [] : [`${classes.classifier} with its labels`])];
  throw new NnError("nn/bad-model-folder",
    `nn: ${folder}/config.json must name ${known.join(", or ") || "another type of model"}, got ${architecture ?? "nothing"}; `
    + "use a model with one of these heads, or its encoder alone");
}
