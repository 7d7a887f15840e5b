import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EncoderArch, archFromJson, archToJson } from "@bort/arch";
import { type Model, type ModelHead, ParameterStore, makeFolder, modelParameters, readSafetensors, writeFileAtomically, writeSafetensors } from "@bort/nn";
import { SchubertError } from "./schubert-error.js";

const PARAMETERS = "parameters.safetensors";
const ARCH = "arch.json";

/** Keeps a model between the parts of a run: without a tokenizer, and in our own names. Throws NnError `nn/write-failed`. */
export function keepModel(folder: string, { arch, parameters }: Pick<Model, "arch" | "parameters">): void {
  makeFolder(folder);
  writeSafetensors(join(folder, PARAMETERS), Object.fromEntries(parameters.specs.map(({ name, shape }) => [name, { shape, data: parameters.view(name) }])));
  writeFileAtomically(join(folder, ARCH), `${JSON.stringify(archToJson(arch))}\n`); // Last: where it is, the model is whole.
}

export const isModelKept = (folder: string): boolean => existsSync(join(folder, ARCH));

/**
 * The model that was kept, with the head that it had.
 *
 * @throws SchubertError `schubert-prune/bad-round` for files that are not of one network; what `archFromJson` throws; NnError `nn/missing-path`, `nn/bad-safetensors`
 */
export function readKeptModel<H extends ModelHead>(folder: string, head: H): Model<H> {
  const arch = readArch(join(folder, ARCH));
  const parameters = new ParameterStore(modelParameters(arch, head));
  const path = join(folder, PARAMETERS);
  const { tensors } = readSafetensors(path);
  for (const { name, shape } of parameters.specs) {
    const tensor = tensors[name];
    if (tensor === undefined || tensor.shape.join() !== shape.join()) {
      throw badRound(`${path} must hold ${name} [${shape.join()}], as the architecture beside it says, got ${tensor === undefined ? "none" : `[${tensor.shape.join()}]`}`);
    }
    parameters.view(name).set(tensor.data);
  }
  return { arch, head, parameters };
}

function readArch(path: string): EncoderArch {
  const text = readFileSync(path, "utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badRound(`${path} must hold an architecture as JSON, got something else`, cause);
  }
  return archFromJson(json);
}

const badRound = (problem: string, cause?: unknown): SchubertError => new SchubertError("schubert-prune/bad-round", `schubert-prune: ${problem}; put the file back, or begin the run anew`, { cause });
