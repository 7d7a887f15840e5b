import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Tokenizer } from "@bort/data";
import { createModel, type MlmModel } from "@bort/nn";
import { backboneOf, isBackbone, type Slicing } from "@bort/supershaper";
import { usageError } from "./cli-error.js";
import { type FoundMlmModel } from "./find-mlm-model.js";
import { type FindModelContext } from "./find-model.js";
import { mlmStart, type MlmStart, type MlmStartOptions } from "./mlm-start.js";
import { readSupernetFile, type SupernetFile, supernetSpace } from "./supernet-folder.js";
import { proportionalWidths, type Widths } from "./supernet-space.js";

/** What the options say of it. */
export interface SupernetStartOptions extends MlmStartOptions {
  /** Default: as before, or in proportion to the paper's. */
  readonly widths: Widths | undefined;
  readonly slicing: Slicing | undefined;
  readonly seed: number;
}

/** What the training of a super-network begins with. */
export interface SupernetStart extends Omit<MlmStart, "archFor" | "trained"> {
  readonly widths: Widths;
  readonly slicing: Slicing;
  readonly supernet: (tokenizer: Tokenizer) => MlmModel;
}

/**
 * The backbone of a pre-trained model, a super-network that was trained before, or a fresh backbone.
 *
 * @throws CliError `cli/usage`; what `mlmStart`, `backboneOf` and, of a super-network, `supernetSpace` throw
 */
export async function supernetStart(options: SupernetStartOptions, context: FindModelContext): Promise<SupernetStart> {
  const { trained, archFor, ...start } = await mlmStart(options, context);
  if (trained !== undefined) return trainedStart(start, trained, options);
  const { widths, slicing = "prefix", seed } = options;
  return {
    ...start, slicing, widths: widths ?? proportionalWidths(start.arch),
    supernet: (tokenizer) => backboneOf(createModel(archFor(tokenizer), { kind: "mlm" }, seed)),
  };
}

function trainedStart(start: Omit<MlmStart, "archFor" | "trained">, { model, folder }: FoundMlmModel, options: SupernetStartOptions): SupernetStart {
  const earlier = isBackbone(model.arch) && existsSync(join(folder, "supernet.json")) ? readSupernetFile(folder) : undefined;
  const supernet = isBackbone(model.arch) ? model : backboneOf(model);
  return {
    ...start, arch: supernet.arch, slicing: slicingAfter(earlier, options.slicing),
    widths: options.widths ?? (earlier === undefined ? proportionalWidths(supernet.arch) : supernetSpace(folder, supernet.arch, earlier).widths),
    supernet: () => supernet,
  };
}

/** A super-network is of use only as it was sliced before. */
function slicingAfter(earlier: SupernetFile | undefined, given: Slicing | undefined): Slicing {
  if (earlier === undefined || given === undefined || given === earlier.slicing) return given ?? earlier?.slicing ?? "prefix";
  throw usageError(`--slicing must be ${earlier.slicing}, by which the super-network of --model was trained, got ${given}`);
}
