import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EncoderArch } from "@bort/arch";
import { loadMlmModel, type MlmModel, type ModelFolder, writeFileAtomically } from "@bort/nn";
import { isBackbone, type ShapeSpace, type Slicing } from "@bort/supershaper";
import { archNamed } from "./arch-named.js";
import { CliError } from "./cli-error.js";
import { readJsonFile } from "./read-json-file.js";
import { spaceOf } from "./supernet-space.js";

/** What a super-network's folder says in `supernet.json`, beside the model. */
export interface SupernetFile {
  /** Widths that each layer may have. */
  readonly widths: readonly (readonly number[])[];
  readonly slicing: Slicing;
}

export interface Supernet extends ModelFolder<MlmModel>, SupernetFile {
  readonly space: ShapeSpace;
}

export const writeSupernetFile = (folder: string, { widths, slicing }: SupernetFile): void =>
  writeFileAtomically(join(folder, "supernet.json"), `${JSON.stringify({ widths, slicing }, null, 2)}\n`);

/**
 * Reads the folder of a super-network.
 *
 * @throws CliError `cli/bad-run` where there is no `supernet.json` or it is of another network, `cli/bad-json` where it is no JSON; what `loadMlmModel` throws
 */
export function openSupernet(folder: string): Supernet {
  const file = readSupernetFile(folder);
  const opened = loadMlmModel(folder);
  return { ...opened, ...file, space: supernetSpace(folder, opened.model.arch, file) };
}

/** The space of a super-network's folder, read without its weights; throws what `openSupernet` throws. */
export function openSupernetSpace(folder: string): ShapeSpace {
  const file = readSupernetFile(folder);
  return supernetSpace(folder, archNamed(join(folder, "config.json")), file);
}

/** Reads `supernet.json` alone. */
export function readSupernetFile(folder: string): SupernetFile {
  const path = join(folder, "supernet.json");
  if (!existsSync(path)) throw new CliError("cli/bad-run", `${folder} must hold a super-network, got ${otherKind(folder)}`);
  const file = readJsonFile(path);
  if (isSupernetFile(file)) return file;
  throw new CliError("cli/bad-run", `${path} must have widths, a list of numbers for each layer, and slicing, prefix or heads; give the folder of bort supernet train`);
}

/** What a folder without `supernet.json` is, and what to do about it. */
function otherKind(folder: string): string {
  if (existsSync(join(folder, "config.json"))) return `a model of one shape, without supernet.json; make a super-network of it with bort supernet train --model ${folder}`;
  if (existsSync(join(folder, "run.json"))) return "a run that is not finished; go on with it by --resume";
  return "no model; give the folder of bort supernet train";
}

function isSupernetFile(file: unknown): file is SupernetFile {
  const { widths, slicing } = (file ?? {}) as { readonly widths?: unknown; readonly slicing?: unknown };
  const isList = (list: unknown): boolean => Array.isArray(list) && list.length > 0 && list.every(Number.isSafeInteger);
  return Array.isArray(widths) && widths.length > 0 && widths.every(isList) && (slicing === "prefix" || slicing === "heads");
}

/** The space that a folder's `supernet.json` gives the network there; @throws CliError `cli/bad-run` where it is of another one */
export function supernetSpace(folder: string, arch: EncoderArch, { widths }: SupernetFile): ShapeSpace {
  const { hiddenSize, layers } = arch;
  const { heads } = layers[0]!;
  if (!isBackbone(arch)) throw new CliError("cli/bad-run", `${folder} must hold a super-network, got a model without its bottlenecks, or one whose layers were cut since; give the folder of bort supernet train`);
  const refuse = (told: string, there: string): never => {
    throw new CliError("cli/bad-run", `${join(folder, "supernet.json")} tells of ${told} and the model there has ${there}; give a folder as bort supernet train wrote it`);
  };
  if (widths.length !== layers.length) refuse(`${widths.length} layers`, String(layers.length));
  const wrong = widths.flat().find((width) => width < heads || width > hiddenSize || width % heads !== 0);
  if (wrong !== undefined) refuse(`a layer that is ${wrong} wide`, `multiples of its ${heads} heads up to ${hiddenSize}`);
  return spaceOf(arch, widths);
}
