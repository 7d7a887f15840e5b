import { type EncoderArch, ownerOf } from "@bort/arch";
import { type Model, type ModelHead, ParameterStore, matrixProduct, modelParameters } from "@bort/nn";
import { SchubertError } from "./schubert-error.js";

/**
 * The network of the layers that stay: what enters a layer that goes is what leaves it.
 *
 * Of layers that shared parameters, the first that stays owns them. Between merged bottlenecks the matrices on both sides of a layer that
 * goes become one, their product. Other bottlenecks go with their layer.
 *
 * @param keep - numbers from 0, ascending
 * @throws SchubertError `schubert-prune/bad-layers`
 */
export function cutLayers<H extends ModelHead>({ arch, head, parameters }: Model<H>, keep: readonly number[]): Model<H> {
  const smaller = archOfLayers(arch, keep);
  const cut = new ParameterStore(modelParameters(smaller, head));
  for (const { name } of cut.specs) cut.view(name).set(mergedMap(arch, parameters, keep, name) ?? parameters.view(nameBefore(arch, keep, name)));
  return { arch: smaller, head, parameters: cut };
}

/** The architecture of the layers that stay; @throws SchubertError `schubert-prune/bad-layers` */
export function archOfLayers(arch: EncoderArch, keep: readonly number[]): EncoderArch {
  requireLayers(arch, keep);
  const { sharing, ...rest } = arch;
  const owners = keep.map((layer) => ownerOf(arch, layer));
  const shared = owners.map((owner) => owners.indexOf(owner)); // The first that stays owns.
  return { ...rest, layers: keep.map((layer) => arch.layers[layer]!), ...(shared.some((owner, i) => owner !== i) && { sharing: shared }) };
}

/** The name, in the whole model, of the same parameter. */
const nameBefore = (arch: EncoderArch, keep: readonly number[], name: string): string =>
  name.replace(/^layers\.(\d+)\./, (_, layer) => `layers.${ownerOf(arch, keep[Number(layer)]!)}.`);

/** A part of a merged map that leads over layers that go; nothing for other parameters. */
function mergedMap({ bottleneck, layers }: EncoderArch, parameters: ParameterStore, keep: readonly number[], name: string): Float32Array | undefined {
  const [, number, side, part] = /^layers\.(\d+)\.bottleneck\.(input|output)\.(weight|bias)$/.exec(name) ?? [];
  if (part === undefined || bottleneck?.kind !== "linear" || !bottleneck.merged) return undefined;
  const layer = Number(number);
  const [first, last] = side === "input" ? [(keep[layer - 1] ?? -1) + 1, keep[layer]!] : [keep[layer]! + 1, layers.length - 1];
  const inputs = Array.from({ length: last - first + 1 }, (_, i) => `layers.${first + i}.bottleneck.input`);
  return composed(parameters, side === "input" ? inputs : [...inputs, `layers.${last}.bottleneck.output`], part);
}

/** The weight or the bias of linear maps one after another: W (V x + v) + w = (W V) x + (W v + w). */
function composed(parameters: ParameterStore, maps: readonly string[], part: string): Float32Array {
  return maps.map((map) => parameters.view(`${map}.${part}`)).reduce((before, own, i) => {
    const weight = parameters.view(`${maps[i]!}.weight`);
    const rows = parameters.view(`${maps[i]!}.bias`).length;
    const inner = weight.length / rows;
    const product = matrixProduct(weight, before, [rows, inner, before.length / inner]);
    return part === "weight" ? product : product.map((value, row) => value + own[row]!);
  });
}

function requireLayers({ layers }: EncoderArch, keep: readonly number[]): void {
  const sound = keep.length > 0 && keep.every((layer, i) => Number.isInteger(layer) && layer > (keep[i - 1] ?? -1) && layer < layers.length);
  if (!sound) {
    throw new SchubertError("schubert-prune/bad-layers",
      `schubert-prune: layers that stay must be numbers of 0 to ${layers.length - 1}, ascending, at least one, got [${keep.join(", ")}]; correct them`);
  }
}
