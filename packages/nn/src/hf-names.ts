import { type EncoderArch, type HfModelType, type LayerArch } from "@bort/arch";
import { type Shape, sizeOf } from "@bort/graph";
import { type HfFamily, hfFamilies } from "./hf-families.js";
import { type ModelHead, type ParameterSpec, encoderParameters, modelParameters } from "./parameter-spec.js";

/** A tensor of a model's file as a run of elements of one of our parameters. */
export interface HfTensor {
  /** Name in the state of the transformers class for the head; our own where there is no such class. */
  readonly hfName: string;
  readonly shape: Shape;
  /** Our parameter, and where in it the tensor starts. */
  readonly parameter: string;
  readonly offset: number;
}

/** How a model is written: as a type of transformers, or, where none has such networks, under our own names. */
export type HfNaming = HfModelType | "own";

/** What `architectures` names under our own names: classes that only this library has. */
const ownClasses: Readonly<Record<ModelHead["kind"], string>> = { mlm: "BortForMaskedLM", classifier: "BortForSequenceClassification" };

/** The naming that fits an architecture: a type that has both heads as ours are, so that both are written alike. */
export function hfNaming(arch: EncoderArch): HfNaming {
  const types = [arch.positionOffset > 0 ? "roberta" : "bert", "albert", "mobilebert"] as const;
  return types.find((type) => hfFamilies[type].holds(arch)) ?? "own";
}

/** The naming of a folder whose config says these. */
export function hfNamingOf(architecture: string | undefined, modelType: HfModelType): HfNaming {
  return Object.values(ownClasses).includes(architecture ?? "") ? "own" : modelType;
}

/** The class that `architectures` names for each head; none where that class computes something else than ours, or there is no class for the encoder. */
export function hfClasses(arch: EncoderArch, naming: HfNaming): Readonly<Partial<Record<ModelHead["kind"], string>>> {
  if (naming === "own") return ownClasses;
  const { holds, classes: { mlm, classifier }, mlmActivation = arch.activation } = hfFamilies[naming];
  if (!holds(arch)) return {};
  return { ...(mlm !== undefined && mlmActivation === arch.activation && { mlm }), ...(classifier !== undefined && { classifier }) };
}

/** The table that transformers' encoders always have, and ours only where `tokenTypes` is above 0: zeros add nothing. */
export function hfZeroTokenTypes(arch: EncoderArch, naming: HfNaming = hfNaming(arch)): Pick<HfTensor, "hfName" | "shape"> | undefined {
  if (arch.tokenTypes > 0 || naming === "own" || naming === "distilbert") return undefined;
  const size = arch.embedding?.kind === "projected" ? arch.embedding.size : arch.hiddenSize;
  return { hfName: hfFamilies[naming].names["embeddings.tokenType"]!, shape: [1, size] };
}

/** Every tensor of a model, or of an encoder alone, under the names of its file; our one matrix for query, key and value is three in transformers. */
export function hfTensors(arch: EncoderArch, head: ModelHead | undefined, naming: HfNaming = hfNaming(arch)): HfTensor[] {
  return (head === undefined ? encoderParameters(arch) : modelParameters(arch, head)).flatMap((spec) => {
    if (naming === "own") return [{ hfName: ownName(spec.name), shape: spec.shape, parameter: spec.name, offset: 0 }];
    return separated(arch, spec).map(({ name, ...tensor }) => ({ hfName: hfName(hfFamilies[naming], arch, name), ...tensor }));
  });
}

const ownName = (name: string): string => (/^(embeddings|layers)\./.test(name) ? `encoder.${name}` : name);

function hfName({ layer, names }: HfFamily, arch: EncoderArch, name: string): string {
  const [, index, rest = name] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  const [, stacked = ""] = /^stacked\.(\d+)\./.exec(rest) ?? [];
  const key = rest.replace(/^stacked\.\d+/, "stacked.*");
  const end = key.lastIndexOf(".");
  const found = names[key] ?? `${names[key.slice(0, end)]!}.${key.slice(end + 1) === "bias" ? "bias" : "weight"}`;
  return `${index === undefined ? "" : layer(Number(index), arch)}${found.replace("*", stacked)}`;
}

const projections: Readonly<Record<string, readonly ("query" | "key" | "value")[]>> = { qkv: ["query", "key", "value"], queryKey: ["query", "key"] };

/** A parameter, or its parts where it is the projections of attention side by side. */
function separated(arch: EncoderArch, { name, shape }: ParameterSpec): { name: string; shape: Shape; parameter: string; offset: number }[] {
  const [, index, joined, kind] = /^layers\.(\d+)\.attention\.(qkv|queryKey)\.(\w+)$/.exec(name) ?? [];
  if (joined === undefined) return [{ name, shape, parameter: name, offset: 0 }];
  const layer = arch.layers[Number(index)]!;
  const rowSize = sizeOf(shape.slice(1));
  let row = 0;
  return projections[joined]!.map((projection) => {
    const start = row;
    row += projectionRows(layer)[projection];
    return { name: `layers.${index}.attention.${projection}.${kind}`, shape: [row - start, ...shape.slice(1)], parameter: name, offset: start * rowSize };
  });
}

const projectionRows = ({ heads, keySize, valueSize }: LayerArch): Readonly<Record<"query" | "key" | "value", number>> =>
  ({ query: heads * keySize, key: heads * keySize, value: heads * valueSize });
