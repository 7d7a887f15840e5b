import { type EncoderArch } from "@bort/arch";
import { type Shape, sizeOf } from "@bort/graph";
import { type ModelHead, modelParameters } from "./parameter-spec.js";

/** A Hugging Face tensor as a run of elements of one of our parameters. */
export interface HfTensor {
  /** Name in a `BertForMaskedLM` or `BertForSequenceClassification` state. */
  readonly hfName: string;
  readonly shape: Shape;
  /** Our parameter, and where in it the tensor starts. */
  readonly parameter: string;
  readonly offset: number;
}

const fixedNames: Readonly<Record<string, string>> = {
  "embeddings.word": "bert.embeddings.word_embeddings.weight",
  "embeddings.position": "bert.embeddings.position_embeddings.weight",
  "embeddings.tokenType": "bert.embeddings.token_type_embeddings.weight",
  "embeddings.norm.gain": "bert.embeddings.LayerNorm.weight",
  "embeddings.norm.bias": "bert.embeddings.LayerNorm.bias",
  "mlm.dense.weight": "cls.predictions.transform.dense.weight",
  "mlm.dense.bias": "cls.predictions.transform.dense.bias",
  "mlm.norm.gain": "cls.predictions.transform.LayerNorm.weight",
  "mlm.norm.bias": "cls.predictions.transform.LayerNorm.bias",
  "mlm.bias": "cls.predictions.bias",
  "classifier.dense.weight": "bert.pooler.dense.weight",
  "classifier.dense.bias": "bert.pooler.dense.bias",
  "classifier.output.weight": "classifier.weight",
  "classifier.output.bias": "classifier.bias",
};

const layerNames: Readonly<Record<string, string>> = {
  "attention.output.weight": "attention.output.dense.weight",
  "attention.output.bias": "attention.output.dense.bias",
  "attention.norm.gain": "attention.output.LayerNorm.weight",
  "attention.norm.bias": "attention.output.LayerNorm.bias",
  "feedForward.up.weight": "intermediate.dense.weight",
  "feedForward.up.bias": "intermediate.dense.bias",
  "feedForward.down.weight": "output.dense.weight",
  "feedForward.down.bias": "output.dense.bias",
  "feedForward.norm.gain": "output.LayerNorm.weight",
  "feedForward.norm.bias": "output.LayerNorm.bias",
};

/** Every tensor of a model under its Hugging Face name; our one matrix for query, key and value is three there. */
export function hfTensors(arch: EncoderArch, head: ModelHead): HfTensor[] {
  return modelParameters(arch, head).flatMap(({ name, shape }) => {
    const inLayer = /^layers\.(\d+)\.(.+)$/.exec(name);
    if (inLayer === null) return [{ hfName: fixedNames[name]!, shape, parameter: name, offset: 0 }];
    const [, index, rest] = inLayer as unknown as [string, string, string];
    const prefix = `bert.encoder.layer.${index}.`;
    return rest.startsWith("attention.qkv.")
      ? splitProjections(arch, Number(index), name, shape, `${prefix}attention.self.`)
      : [{ hfName: `${prefix}${layerNames[rest]!}`, shape, parameter: name, offset: 0 }];
  });
}

function splitProjections(arch: EncoderArch, index: number, parameter: string, shape: Shape, prefix: string): HfTensor[] {
  const { heads, keySize, valueSize } = arch.layers[index]!;
  const kind = parameter.slice(parameter.lastIndexOf(".") + 1);
  const rowSize = sizeOf(shape.slice(1));
  let row = 0;
  return ([["query", keySize], ["key", keySize], ["value", valueSize]] as const).map(([projection, size]) => {
    const start = row;
    row += heads * size;
    return { hfName: `${prefix}${projection}.${kind}`, shape: [heads * size, ...shape.slice(1)], parameter, offset: start * rowSize };
  });
}
