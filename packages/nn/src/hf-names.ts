import { type EncoderArch, type LayerArch } from "@bort/arch";
import { type Shape, sizeOf } from "@bort/graph";
import { type ModelHead, type ParameterSpec, modelParameters } from "./parameter-spec.js";

/** A Hugging Face tensor as a run of elements of one of our parameters. */
export interface HfTensor {
  /** Name in the state of the transformers class for the head. */
  readonly hfName: string;
  readonly shape: Shape;
  /** Our parameter, and where in it the tensor starts. */
  readonly parameter: string;
  readonly offset: number;
}

/** The two families of transformers classes that our encoder is: RoBERTa numbers its positions from an offset on, and calls its heads otherwise. */
interface HfFamily {
  /** What the encoder's tensors begin with. */
  readonly prefix: "bert" | "roberta";
  /** The transformers class for each head. */
  readonly classes: Readonly<Record<ModelHead["kind"], string>>;
  readonly headNames: Readonly<Record<string, string>>;
}

const bert: HfFamily = {
  prefix: "bert",
  classes: { mlm: "BertForMaskedLM", classifier: "BertForSequenceClassification" },
  headNames: {
    "mlm.dense.weight": "cls.predictions.transform.dense.weight",
    "mlm.dense.bias": "cls.predictions.transform.dense.bias",
    "mlm.norm.gain": "cls.predictions.transform.LayerNorm.weight",
    "mlm.norm.bias": "cls.predictions.transform.LayerNorm.bias",
    "mlm.bias": "cls.predictions.bias",
    "classifier.dense.weight": "bert.pooler.dense.weight",
    "classifier.dense.bias": "bert.pooler.dense.bias",
    "classifier.output.weight": "classifier.weight",
    "classifier.output.bias": "classifier.bias",
  },
};

const roberta: HfFamily = {
  prefix: "roberta",
  classes: { mlm: "RobertaForMaskedLM", classifier: "RobertaForSequenceClassification" },
  headNames: {
    "mlm.dense.weight": "lm_head.dense.weight",
    "mlm.dense.bias": "lm_head.dense.bias",
    "mlm.norm.gain": "lm_head.layer_norm.weight",
    "mlm.norm.bias": "lm_head.layer_norm.bias",
    "mlm.bias": "lm_head.bias",
    "classifier.dense.weight": "classifier.dense.weight",
    "classifier.dense.bias": "classifier.dense.bias",
    "classifier.output.weight": "classifier.out_proj.weight",
    "classifier.output.bias": "classifier.out_proj.bias",
  },
};

/** The family that `toHfConfig` of `@bort/arch` names as the `model_type`. */
export const hfFamily = ({ positionOffset }: EncoderArch): HfFamily => (positionOffset > 0 ? roberta : bert);

/** Name of the table that transformers' encoders always have, and ours only where `tokenTypes` is above 0. */
export const hfTokenTypes = (arch: EncoderArch): string => `${hfFamily(arch).prefix}.${embeddingNames["embeddings.tokenType"]}`;

const embeddingNames = {
  "embeddings.word": "embeddings.word_embeddings.weight",
  "embeddings.position": "embeddings.position_embeddings.weight",
  "embeddings.tokenType": "embeddings.token_type_embeddings.weight",
  "embeddings.norm.gain": "embeddings.LayerNorm.weight",
  "embeddings.norm.bias": "embeddings.LayerNorm.bias",
} as const;

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
  const { prefix, headNames } = hfFamily(arch);
  const whole = (hfName: string, { name, shape }: ParameterSpec): HfTensor => ({ hfName, shape, parameter: name, offset: 0 });
  return modelParameters(arch, head).flatMap((spec) => {
    const { name } = spec;
    const [, index, rest] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (index === undefined || rest === undefined) {
      return [whole(headNames[name] ?? `${prefix}.${embeddingNames[name as keyof typeof embeddingNames]}`, spec)];
    }
    const layer = `${prefix}.encoder.layer.${index}.`;
    return rest.startsWith("attention.qkv.") ? splitProjections(arch.layers[Number(index)]!, spec, `${layer}attention.self.`) : [whole(`${layer}${layerNames[rest]!}`, spec)];
  });
}

function splitProjections({ heads, keySize, valueSize }: LayerArch, { name, shape }: ParameterSpec, prefix: string): HfTensor[] {
  const kind = name.slice(name.lastIndexOf(".") + 1);
  const rowSize = sizeOf(shape.slice(1));
  let row = 0;
  return ([["query", keySize], ["key", keySize], ["value", valueSize]] as const).map(([projection, size]) => {
    const start = row;
    row += heads * size;
    return { hfName: `${prefix}${projection}.${kind}`, shape: [heads * size, ...shape.slice(1)], parameter: name, offset: start * rowSize };
  });
}
