import { type EncoderArch, type LayerArch, type UniformArchOptions, uniformArch } from "@bort/arch";
import { type Tokenizer, trainByteLevelBpe } from "@bort/data";
import { evaluate, sizeOf } from "@bort/graph";
import { readFileSync } from "node:fs";
import { inferenceGraph } from "./export-onnx.js";
import { type HfNaming, hfNaming, hfTensors } from "./hf-names.js";
import { type Model } from "./model.js";
import { type ModelHead, modelParameters } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";

/** What independent implementations computed; `test-fixtures/make-golden.py` tells how. */
export const golden = JSON.parse(readFileSync(new URL("../test-fixtures/golden.json", import.meta.url), "utf8")) as Golden;

/** A network's logits, loss and, for each tensor, two numbers of its gradient. */
export interface GoldenNetwork {
  readonly ids: readonly (readonly number[])[];
  readonly logits: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly [number, number]>>;
}
export interface GoldenMlm extends GoldenNetwork {
  readonly arch: UniformArchOptions;
  /** Flat position in the batch, and the token to predict there. */
  readonly masked: readonly (readonly [number, number])[];
}
export interface GoldenClassifier<A> extends GoldenNetwork {
  readonly arch: A;
  readonly mask: readonly (readonly number[])[];
  readonly labels: readonly number[];
}
interface GoldenLoss {
  readonly loss: number;
  readonly gradient: readonly number[];
}
interface GoldenRun {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly norms: readonly number[];
}
export interface Golden {
  readonly bertMlm: GoldenMlm;
  readonly robertaMlm: GoldenMlm;
  readonly bertClassifier: GoldenClassifier<UniformArchOptions>;
  readonly robertaClassifier: GoldenClassifier<UniformArchOptions>;
  readonly heterogeneous: GoldenClassifier<EncoderArch>;
  readonly losses: {
    readonly temperature: number;
    readonly weights: readonly number[];
    readonly labels: readonly number[];
    readonly distributions: readonly number[];
    readonly label: GoldenLoss;
    readonly softLabel: GoldenLoss;
    readonly distillation: GoldenLoss;
    readonly lastLayer: GoldenLoss;
  };
  readonly optimizers: { readonly rates: readonly number[] } & Readonly<Record<"adamw" | "sgd" | "momentum" | "decaying" | "lamb", GoldenRun>>;
  /** A file, in base64. */
  readonly safetensors: string;
}

/** The values that the fixtures' scripts give a tensor of that name. */
export function filled(name: string, size: number): Float32Array {
  const phase = [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0);
  const shift = /norm.*\.(weight|gain)$/i.test(name) ? 1 : 0;
  return Float32Array.from({ length: size }, (_, i) => shift + 0.25 * Math.sin(phase + 0.7 * i));
}

/** A model whose tensors are filled by the names that they have in its folder. */
export function filledModel<H extends ModelHead>(arch: EncoderArch, head: H, naming: HfNaming = hfNaming(arch)): Model<H> {
  const parameters = new ParameterStore(modelParameters(arch, head));
  for (const { hfName, parameter, offset, shape } of hfTensors(arch, head, naming)) parameters.view(parameter).set(filled(hfName, sizeOf(shape)), offset);
  return { arch, head, parameters };
}

/** A layer-by-layer architecture that no `BertConfig` describes. */
export const unevenArch: EncoderArch = {
  ...uniformArch({ depth: 1, heads: 1, hidden: 8, intermediate: 8, vocabSize: 261, positions: 20, layerNormEps: 1e-5 }),
  layers: [{ heads: 4, keySize: 2, valueSize: 2, intermediateSize: 12 }, { heads: 1, keySize: 8, valueSize: 8, intermediateSize: 12 }],
};

const sizes = { heads: 2, keySize: 3, valueSize: 2, intermediateSize: 7 };
const other = { heads: 1, keySize: 4, valueSize: 6, intermediateSize: 9 };
const width = (layer: LayerArch, of: number): LayerArch => ({ ...layer, width: of });
const frame = { vocabSize: 31, positions: 17, positionOffset: 0, tokenTypes: 2, hiddenSize: 8, layerNormEps: 1e-5, activation: "gelu", pooler: false } as const;
const roberta = { positions: 19, positionOffset: 2, padTokenId: 1 } as const; // for 17 tokens, a prime
const widened = { kind: "wordProjected", size: 3, window: 3 } as const;

/** One small architecture for each way in which encoders are built. */
export const archKinds: Readonly<Record<string, EncoderArch>> = {
  "plain": { ...frame, layers: [sizes, other] },
  "with projected embeddings": { ...frame, layers: [sizes, other], embedding: { kind: "projected", size: 5 } },
  "with shared layers": { ...frame, layers: [sizes, other, sizes, other, other], sharing: [0, 1, 0, 1, 4], tokenTypes: 0 },
  "with shared layers and wide embeddings": { ...frame, ...roberta, layers: [sizes, sizes, sizes], sharing: [0, 0, 2], embedding: { kind: "projected", size: 10 }, activation: "geluTanh" },
  "with linear bottlenecks": { ...frame, layers: [width(sizes, 8), width(other, 5), width(sizes, 11)], bottleneck: { kind: "linear", merged: false } },
  "with merged bottlenecks": { ...frame, layers: [width(sizes, 8), width(other, 5), width(sizes, 11)], bottleneck: { kind: "linear", merged: true } },
  "with a bottleneck, shared and projected": {
    ...frame, layers: [width(sizes, 6), width(sizes, 6)], bottleneck: { kind: "linear", merged: false }, sharing: [0, 0], embedding: { kind: "projected", size: 5 },
  },
  "of MobileBERT": {
    ...frame, layers: [{ ...width(sizes, 4), feedForwards: 3 }, width(other, 5)], bottleneck: { kind: "mobilebert", attentionInput: "shared" },
    embedding: widened, normalization: "noNorm", activation: "relu",
  },
  "of MobileBERT with LayerNorm, all attention in the bottleneck": {
    ...frame, layers: [{ ...width(sizes, 4), feedForwards: 2 }], bottleneck: { kind: "mobilebert", attentionInput: "bottleneck" }, embedding: { ...widened, window: 1 }, tokenTypes: 0,
  },
  "of MobileBERT without bottlenecks": { ...frame, ...roberta, layers: [{ ...other, feedForwards: 2 }], embedding: { ...widened, size: 8 } },
  "of MobileBERT, its layers shared": {
    ...frame, layers: [width(sizes, 4), width(sizes, 4)], sharing: [0, 0], bottleneck: { kind: "mobilebert", attentionInput: "shared" }, embedding: { kind: "projected", size: 5 },
  },
  "with stacked FFNs, without norms": { ...frame, layers: [{ ...sizes, feedForwards: 2 }, other], normalization: "noNorm", activation: "relu" },
};

/** Logits by the graph that is exported, in float64, at every place; without a mask every place holds a token. */
export function logitsOf({ arch, head, parameters }: Model, { ids, mask }: { readonly ids: readonly (readonly number[])[]; readonly mask?: readonly (readonly number[])[] }): number[] {
  const { logits } = inferenceGraph({ arch, head }, ids.length, ids[0]!.length);
  return [...evaluate([logits!], { ...parameters.views, input_ids: ids.flat(), attention_mask: mask?.flat() ?? ids.flat().map(() => 1) })[0]!];
}

/** What transformers' classes save and compute; `test-fixtures/make-families.py` tells how. */
export const families = JSON.parse(readFileSync(new URL("../test-fixtures/families.json", import.meta.url), "utf8")) as {
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
  readonly cases: Readonly<Record<string, {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tensors: Readonly<Record<string, readonly number[]>>;
    readonly logits: readonly number[];
  }>>;
};

/** The five special tokens and the 256 bytes. */
export const tinyTokenizer = (): Promise<Tokenizer> => trainByteLevelBpe(["abc"], { vocabSize: 261 });

/** The events of a generator and what it returned. */
export async function collect<E, R>(generator: AsyncGenerator<E, R>): Promise<{ events: E[]; result: R }> {
  const events: E[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return { events, result: next.value };
    events.push(next.value);
  }
}
