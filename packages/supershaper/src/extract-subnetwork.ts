import { type Model, type ModelHead, ParameterStore, type ParameterSpec, matrixProduct, modelParameters } from "@bort/nn";
import { subArch } from "./backbone.js";
import { requireShape } from "./require-shape.js";
import { LayerSlice, type Slicing } from "./slicing.js";

export interface ExtractOptions {
  /** How the super-network was trained. Default `prefix`. */
  readonly slicing?: Slicing;
  /** Whether the bottlenecks between two layers become one matrix: fewer parameters, less work, and the same outputs up to rounding. Default `true`. */
  readonly merge?: boolean;
}

/**
 * The sub-network of a shape, on its own: copies of what it uses of the super-network, adjacent bottlenecks merged.
 *
 * @param shape - the width of each layer
 * @throws SuperShaperError `supershaper/bad-shape`, `supershaper/bad-backbone` for a model that is no backbone
 */
export function extractSubnetwork<H extends ModelHead>(supernet: Model<H>, shape: readonly number[], { slicing = "prefix", merge = true }: ExtractOptions = {}): Model<H> {
  requireShape(supernet.arch, shape);
  const sliced = slicedModel(supernet, shape, slicing);
  return merge ? mergedModel(sliced) : sliced;
}

/** The sub-network with all its bottlenecks. */
function slicedModel<H extends ModelHead>({ arch, head, parameters }: Model<H>, shape: readonly number[], slicing: Slicing): Model<H> {
  const sub = subArch(arch, shape, { merged: false });
  const slices = shape.map((width) => new LayerSlice(arch, width, slicing));
  const shapes = new Map(parameters.specs.map((spec) => [spec.name, spec.shape]));
  return filled(sub, head, ({ name }) => {
    const [, layer, rest] = /^layers\.(\d+)\.(.*)$/.exec(name) ?? [];
    const values = parameters.view(name);
    return layer === undefined ? values : slices[Number(layer)]!.valuesOf(rest!, shapes.get(name)!, values);
  });
}

/**
 * Output bottleneck i and input bottleneck i + 1 as one matrix: W_in (W_out x + b_out) + b_in = (W_in W_out) x + (W_in b_out + b_in). Nothing stands between
 * the two, neither residual nor norm (SuperShaper, section 3.1).
 */
function mergedModel<H extends ModelHead>({ arch, head, parameters }: Model<H>): Model<H> {
  const { hiddenSize } = arch;
  const merged = { ...arch, bottleneck: { kind: "linear", merged: true } } as const;
  const view = (layer: number, name: string): Float32Array => parameters.view(`layers.${layer}.bottleneck.${name}`);
  return filled(merged, head, ({ name, shape }) => {
    const [, number, part] = /^layers\.(\d+)\.bottleneck\.input\.(weight|bias)$/.exec(name) ?? [];
    const layer = Number(number);
    if (part === undefined || layer === 0) return parameters.view(name);
    const [weight, before] = [view(layer, "input.weight"), arch.layers[layer - 1]!.width!];
    return part === "weight" ? matrixProduct(weight, view(layer - 1, "output.weight"), [shape[0]!, hiddenSize, before])
      : matrixProduct(weight, view(layer - 1, "output.bias"), [shape[0]!, hiddenSize, 1]).map((value, i) => value + view(layer, "input.bias")[i]!);
  });
}

/** A model whose every parameter is what `valuesOf` gives for it. */
function filled<H extends ModelHead>(arch: Model["arch"], head: H, valuesOf: (spec: ParameterSpec) => Float32Array): Model<H> {
  const specs = modelParameters(arch, head);
  const parameters = new ParameterStore(specs);
  for (const spec of specs) parameters.view(spec.name).set(valuesOf(spec));
  return { arch, head, parameters };
}
