import { type ArchFrame } from "../uniform-arch.js";
import { type EncoderArch, type LayerArch, mostLayers } from "../encoder-arch.js";
import { bertFrame } from "../frames.js";
import { requireSize } from "../require-size.js";
import { uniformArch } from "../uniform-arch.js";
import { type AxisValues } from "./axis.js";
import { designSpace, type DesignSpace } from "./design-space.js";

/** What schuBERT's space is about; every default goes from 1 to the size of BERT-base, as in the paper. */
export interface SchubertSpaceOptions {
  /** Default 12. */
  readonly layers?: number;
  /** h, one value for all layers. Default 1 to 768. */
  readonly hidden?: AxisValues;
  /** k of each layer, per head. Default 1 to 64. */
  readonly keySize?: AxisValues;
  /** a of each layer. Default 1 to 12. */
  readonly heads?: AxisValues;
  /** v of each layer, per head. Default 1 to 64. */
  readonly valueSize?: AxisValues;
  /** f of each layer. Default 1 to 3072. */
  readonly intermediateSize?: AxisValues;
  /** Default: BERT's uncased vocabulary of 30,522, 512 positions, two token types, a pooler. */
  readonly frame?: ArchFrame;
}

/**
 * The shapes of schuBERT: h, then k, a, v, f of the first layer, of the second and so on; sizes that multiply stand side by side.
 *
 * Throws `arch/bad-size`, `arch/empty-list`, `arch/duplicate`. Source: schuBERT, Table 3 and section 5.
 */
export function schubertSpace(options: SchubertSpaceOptions = {}): DesignSpace {
  const { layers = 12, hidden = { from: 1, to: 768 }, frame = bertFrame } = options;
  requireSize(layers, "layers", 1, mostLayers);
  const ofLayer = [
    ["keySize", options.keySize ?? { from: 1, to: 64 }],
    ["heads", options.heads ?? { from: 1, to: 12 }],
    ["valueSize", options.valueSize ?? { from: 1, to: 64 }],
    ["intermediateSize", options.intermediateSize ?? { from: 1, to: 3072 }],
  ] as const;
  const outer = uniformArch({ ...frame, depth: 1, heads: 1, hidden: 1, intermediate: 1 });
  return designSpace({
    axes: [
      { name: "hidden", values: hidden },
      ...Array.from({ length: layers }, (_, layer) => ofLayer.map(([name, values]) => ({ name: `layer ${layer + 1} ${name}`, values }))).flat(),
    ],
    arch: ([hiddenSize, ...sizes]): EncoderArch => ({
      ...outer,
      hiddenSize: hiddenSize!,
      layers: Array.from({ length: layers }, (_, layer) => layerAt(sizes, 4 * layer)),
    }),
  });
}

function layerAt(sizes: readonly number[], from: number): LayerArch {
  return { keySize: sizes[from]!, heads: sizes[from + 1]!, valueSize: sizes[from + 2]!, intermediateSize: sizes[from + 3]! };
}
