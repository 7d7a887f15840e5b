import { type EncoderArch, type LayerArch, sameLayer } from "../encoder-arch.js";
import { writeEncoder } from "./hf-encoder.js";
import { hfFamilies } from "./hf-families.js";
import { type HfModelType, hfModelTypeOf } from "./hf-model-type.js";

/**
 * Why the fields of a Hugging Face `config.json` cannot say an architecture, in words; nothing where they can, or leave out only what does no harm (see `toHfConfig`).
 *
 * @param modelType - by default the type that has the parts of the architecture
 */
export function hfObstacle(arch: EncoderArch, modelType: HfModelType = hfModelTypeOf(arch)): string | undefined {
  const family = hfFamilies[modelType];
  const { fields } = writeEncoder(arch, family, { architectures: [], spelling: {} });
  if (!Array.isArray(fields[family.headsField])) return undefined;
  const first = arch.layers[0]!;
  const { heads, keySize, valueSize } = first;
  const width = first.width ?? arch.hiddenSize;
  if (arch.bottleneck?.kind === "linear") return "no model type has linear bottlenecks around its layers";
  if (!arch.layers.every((layer) => sameLayer(layer, first))) return `layers differ in ${differences(arch.layers)}, and the model type ${modelType} has one size of each for all`;
  if (keySize !== valueSize) return `keys of ${keySize} and values of ${valueSize} per head differ, and the model type ${modelType} has one size for both`;
  if (heads * keySize !== width) return `${heads} heads of ${keySize} make ${heads * keySize}, and the model type ${modelType} takes heads that make its width of ${width}`;
  return `its parts are not those of the model type ${modelType}`;
}

const sizes: readonly (readonly [name: string, sizeOf: (layer: LayerArch) => number])[] = [
  ["heads", ({ heads }) => heads], ["sizes of keys", ({ keySize }) => keySize], ["sizes of values", ({ valueSize }) => valueSize],
  ["sizes of FFNs", ({ intermediateSize }) => intermediateSize], ["numbers of FFNs", ({ feedForwards = 1 }) => feedForwards], ["widths", ({ width = 0 }) => width],
];

/** The sizes in which layers differ, with their ranges. */
const differences = (layers: readonly LayerArch[]): string => sizes.flatMap(([name, sizeOf]) => {
  const all = layers.map(sizeOf);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? [] : [`${name} (${least} to ${most})`];
}).join(", ");
