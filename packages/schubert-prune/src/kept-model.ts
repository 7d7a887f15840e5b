import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { archFromJson, archToJson } from "@bort/arch";
import { type Model, type ModelHead, ParameterStore, makeFolder, modelParameters, readSafetensors, writeFileAtomically, writeSafetensors } from "@bort/nn";

const PARAMETERS = "parameters.safetensors";
const ARCH = "arch.json";

/** Keeps a model between the parts of a run: without a tokenizer, and in our own names. Throws NnError `nn/write-failed`. */
export function keepModel(folder: string, { arch, parameters }: Pick<Model, "arch" | "parameters">): void {
  makeFolder(folder);
  writeSafetensors(join(folder, PARAMETERS), Object.fromEntries(parameters.specs.map(({ name, shape }) => [name, { shape, data: parameters.view(name) }])));
  writeFileAtomically(join(folder, ARCH), `${JSON.stringify(archToJson(arch))}\n`); // Last: where it is, the model is whole.
}

export const isModelKept = (folder: string): boolean => existsSync(join(folder, ARCH));

/** The model that was kept, with the head that it had. */
export function readKeptModel<H extends ModelHead>(folder: string, head: H): Model<H> {
  const arch = archFromJson(JSON.parse(readFileSync(join(folder, ARCH), "utf8")));
  const parameters = new ParameterStore(modelParameters(arch, head));
  const { tensors } = readSafetensors(join(folder, PARAMETERS));
  for (const { name } of parameters.specs) parameters.view(name).set(tensors[name]!.data);
  return { arch, head, parameters };
}
