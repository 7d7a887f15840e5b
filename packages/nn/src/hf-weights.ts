import { type EncoderArch } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { type HfFamily, hfFamilies } from "./hf-families.js";
import { type HfNaming, type HfTensor, hfTensors, hfZeroTokenTypes } from "./hf-names.js";
import { NnError } from "./nn-error.js";
import { type ModelHead, encoderParameters, modelParameters } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";
import { type StoredTensor, isFloatType } from "./stored-tensor.js";
import { type StoredWeights } from "./weight-files.js";

/** What to read: a model with its head, or, without one, its encoder, whatever head the file has. */
export interface HfWeightsOptions {
  readonly arch: EncoderArch;
  readonly head: ModelHead | undefined;
  readonly naming: HfNaming;
}

/** How many tensors an error lists. */
const MOST_SHOWN = 10;

/**
 * Reads parameters from stored tensors, whose names may have the encoder's prefix or not, and the older `gamma` and `beta` of norms. A decoder that is
 * tied to the word embedding may be there once more, and must then be equal to it.
 *
 * Left out are: ids of positions and token types, the pooler and the head for pairs of sentences where the head does not read them, and every head where an
 * encoder alone is asked for.
 *
 * @throws NnError `nn/missing-tensor` with the names and shapes of all that is missing, of another shape or not known; `nn/bad-model-folder` for a decoder
 * that is not tied
 */
export function readHfWeights({ path, tensors }: StoredWeights, options: HfWeightsOptions): ParameterStore {
  const { arch, head, naming } = options;
  const wanted = hfTensors(arch, head, naming);
  const { found, copies, unknown } = sorted(tensors, wanted, options);
  const problems = [
    ...wanted.flatMap((tensor) => problemOf(tensor, found.get(tensor.hfName))),
    ...unknown.map(([name, { shape }]) => `nothing called ${name} [${shape}]`),
  ];
  if (problems.length > 0) {
    const shown = `${problems.slice(0, MOST_SHOWN).join("; ")}${problems.length > MOST_SHOWN ? ` and ${problems.length - MOST_SHOWN} more` : ""}`;
    throw new NnError("nn/missing-tensor", `nn: ${path} and its config.json do not agree: needed ${shown}; restore both files from one save`);
  }
  const parameters = new ParameterStore(head === undefined ? encoderParameters(arch) : modelParameters(arch, head));
  for (const { hfName, parameter, offset } of wanted) parameters.view(parameter).set(found.get(hfName)!.read(), offset);
  for (const { name, tensor, target } of copies) requireTied(path, name, tensor, parameters.view(target));
  return parameters;
}

/** What is particular about the names of a type. */
type Names = Pick<HfFamily, "encoderPrefix" | "names" | "tied" | "unread">;

const ownNames: Names = { encoderPrefix: "encoder.", names: {}, tied: {}, unread: [] };

interface Sorted {
  /** By the names of `hfTensors`. */
  readonly found: ReadonlyMap<string, StoredTensor>;
  /** What must be equal to a whole parameter. */
  readonly copies: readonly { readonly name: string; readonly tensor: StoredTensor; readonly target: string }[];
  readonly unknown: readonly (readonly [string, StoredTensor])[];
}

function sorted(tensors: StoredWeights["tensors"], wanted: readonly HfTensor[], { arch, head, naming }: HfWeightsOptions): Sorted {
  const family: Names = naming === "own" ? ownNames : hfFamilies[naming];
  const names = new Set(wanted.map(({ hfName }) => hfName));
  const isUnread = (name: string): boolean => name === hfZeroTokenTypes(arch, naming)?.hfName || isLeftOut(name, family, head === undefined);
  const modern = modernNames(tensors, (name) => names.has(name) || isUnread(name), family);
  const found = new Map<string, StoredTensor>();
  const [tied, unknown]: [[string, StoredTensor][], [string, StoredTensor][]] = [[], []];
  for (const [name, tensor] of tensors) {
    const known = modern(name);
    if (names.has(known)) {
      if (found.has(known)) unknown.push([name, tensor]);
      else found.set(known, tensor);
    } else if (Object.hasOwn(family.tied, known)) tied.push([known, tensor]);
    else if (!isUnread(known)) unknown.push([name, tensor]);
  }
  return { found, copies: copiesOf(tied, found, family, head), unknown };
}

/** Puts tied tensors in the place of those that they stand for; where these are there too, they are copies, which the head for masked words reads. */
function copiesOf(
  tied: readonly (readonly [string, StoredTensor])[], found: Map<string, StoredTensor>, { names, tied: targets }: Names, head: ModelHead | undefined,
): Sorted["copies"] {
  return tied.flatMap(([name, tensor]) => {
    const target = targets[name]!;
    if (found.has(names[target]!)) return head?.kind === "mlm" ? [{ name, tensor, target }] : [];
    found.set(names[target]!, tensor);
    return [];
  });
}

/** From names in a file to those of `hfTensors`. */
function modernNames(tensors: StoredWeights["tensors"], isKnown: (name: string) => boolean, { encoderPrefix: prefix }: Names): (name: string) => string {
  const isBare = ![...tensors.keys()].some((name) => name.startsWith(prefix));
  return (name) => {
    const renamed = name.replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias");
    return isBare && isKnown(prefix + renamed) ? prefix + renamed : renamed;
  };
}

/** Whether a tensor is none that the head, or an encoder without one, computes with. */
function isLeftOut(name: string, { encoderPrefix, unread }: Names, isEncoderAlone: boolean): boolean {
  if (/^embeddings\.(position_ids|token_type_ids)$/.test(name.slice(encoderPrefix.length)) && name.startsWith(encoderPrefix)) return true;
  return unread.some((start) => name.startsWith(start)) || (isEncoderAlone && isHead(name, encoderPrefix));
}

/** Heads have names of their own, beside the encoder's; where a file has no prefix, everything could be the encoder's. */
const isHead = (name: string, encoderPrefix: string): boolean => !name.startsWith(encoderPrefix) && !/^(embeddings|encoder|transformer|pooler)/.test(name);

function problemOf({ hfName, shape }: HfTensor, tensor: StoredTensor | undefined): string[] {
  if (tensor === undefined) return [`${hfName} [${shape}]`];
  if (tensor.shape.join() !== shape.join()) return [`${hfName} [${shape}], got [${tensor.shape}]`];
  return isFloatType(tensor.elementType) ? [] : [`${hfName} [${shape}] of floating-point numbers, got ${tensor.elementType}`];
}

function requireTied(path: string, name: string, tensor: StoredTensor, values: Float32Array): void {
  const isTied = sizeOf(tensor.shape) === values.length && tensor.read().every((value, i) => Object.is(value, values[i]));
  if (isTied) return;
  throw new NnError("nn/bad-model-folder",
    `nn: ${name} in ${path} must equal the tensor that it is tied to, and differs; use a model whose decoder is its word embedding`);
}
