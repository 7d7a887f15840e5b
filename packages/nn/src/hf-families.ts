import { type Activation, type EncoderArch, type HfModelType, ownerOf } from "@bort/arch";
import { type ModelHead } from "./parameter-spec.js";

/** How one type of model is built and named in transformers (5.18). */
export interface HfFamily {
  /** Whether the class has a place for every parameter of an architecture, and no parameter beside them but token types. */
  readonly holds: (arch: EncoderArch) => boolean;
  /** The class for each head; none where it computes something else than ours. */
  readonly classes: Readonly<Partial<Record<ModelHead["kind"], string>>>;
  /** The activation of the class's MLM head, where it is not the encoder's. */
  readonly mlmActivation?: Activation;
  /** A class whose head for masked words is the same, beside another head that is not read. */
  readonly preTrainingClass?: string;
  /** What the tensors of the encoder begin with; those of the class without a head have nothing in its place. */
  readonly encoderPrefix: string;
  /** Beginnings of the names of tensors that a file may have and that nothing here computes with: a pooler, the head beside the one for masked words. */
  readonly unread: readonly string[];
  /** Further names of a tensor, by which older files hold it once more, or newer ones alone; the name that it has here, in our names. */
  readonly tied: Readonly<Record<string, string>>;
  /** What the tensors of a layer begin with. */
  readonly layer: (index: number, arch: EncoderArch) => string;
  /**
   * Names of tensors, or of the modules that have a weight and a bias, by our names; those in a layer without what they begin with. Query, key and value
   * are three. `*` is the number of a stacked FFN.
   */
  readonly names: Readonly<Record<string, string>>;
}

const plainLayers = ({ bottleneck, layers }: EncoderArch): boolean => bottleneck === undefined && layers.every(({ feedForwards = 1 }) => feedForwards === 1);
const unshared = (arch: EncoderArch): boolean => arch.layers.every((_, i) => ownerOf(arch, i) === i);
const plain = (arch: EncoderArch): boolean => plainLayers(arch) && unshared(arch) && arch.embedding === undefined;

const embeddingNames = (prefix: string): Record<string, string> => ({
  "embeddings.word": `${prefix}.embeddings.word_embeddings.weight`,
  "embeddings.position": `${prefix}.embeddings.position_embeddings.weight`,
  "embeddings.tokenType": `${prefix}.embeddings.token_type_embeddings.weight`,
  "embeddings.norm": `${prefix}.embeddings.LayerNorm`,
});

const bertLayerNames = {
  "attention.query": "attention.self.query",
  "attention.key": "attention.self.key",
  "attention.value": "attention.self.value",
  "attention.output": "attention.output.dense",
  "attention.norm": "attention.output.LayerNorm",
  "feedForward.up": "intermediate.dense",
  "feedForward.down": "output.dense",
  "feedForward.norm": "output.LayerNorm",
};
const bertLayers = (prefix: string): HfFamily["layer"] => (index) => `${prefix}.encoder.layer.${index}.`;

const clsNames = {
  "mlm.dense": "cls.predictions.transform.dense",
  "mlm.norm": "cls.predictions.transform.LayerNorm",
  "mlm.bias": "cls.predictions.bias",
};

const clsTied = { "cls.predictions.decoder.weight": "embeddings.word", "cls.predictions.decoder.bias": "mlm.bias" };

const bert: HfFamily = {
  holds: plain,
  preTrainingClass: "BertForPreTraining",
  encoderPrefix: "bert.",
  unread: ["bert.pooler.", "cls.seq_relationship."],
  tied: clsTied,
  classes: { mlm: "BertForMaskedLM", classifier: "BertForSequenceClassification" },
  layer: bertLayers("bert"),
  names: { ...embeddingNames("bert"), ...bertLayerNames, ...clsNames, "classifier.dense": "bert.pooler.dense", "classifier.output": "classifier" },
};

/** RoBERTa numbers its positions from an offset on, and calls its heads otherwise. */
const roberta = (classPrefix: string): HfFamily => ({
  holds: plain,
  encoderPrefix: "roberta.",
  unread: ["roberta.pooler."],
  tied: { "lm_head.decoder.weight": "embeddings.word", "lm_head.decoder.bias": "mlm.bias" },
  classes: { mlm: `${classPrefix}ForMaskedLM`, classifier: `${classPrefix}ForSequenceClassification` },
  layer: bertLayers("roberta"),
  names: {
    ...embeddingNames("roberta"), ...bertLayerNames,
    "mlm.dense": "lm_head.dense", "mlm.norm": "lm_head.layer_norm", "mlm.bias": "lm_head.bias",
    "classifier.dense": "classifier.dense", "classifier.output": "classifier.out_proj",
  },
});

/** Its classifier has a ReLU where ours has a tanh. */
const distilbert: HfFamily = {
  holds: (arch) => plain(arch) && arch.tokenTypes === 0,
  encoderPrefix: "distilbert.",
  unread: [],
  tied: { "vocab_projector.weight": "embeddings.word" },
  classes: { mlm: "DistilBertForMaskedLM" },
  layer: (index) => `distilbert.transformer.layer.${index}.`,
  names: {
    ...embeddingNames("distilbert"),
    "attention.query": "attention.q_lin",
    "attention.key": "attention.k_lin",
    "attention.value": "attention.v_lin",
    "attention.output": "attention.out_lin",
    "attention.norm": "sa_layer_norm",
    "feedForward.up": "ffn.lin1",
    "feedForward.down": "ffn.lin2",
    "feedForward.norm": "output_layer_norm",
    "mlm.dense": "vocab_transform", "mlm.norm": "vocab_layer_norm", "mlm.bias": "vocab_projector.bias",
  },
};

/** Layers come in groups that run several times, one or more layers in each. */
const albert: HfFamily = {
  holds: (arch) => plainLayers(arch) && arch.embedding?.kind === "projected",
  preTrainingClass: "AlbertForPreTraining",
  encoderPrefix: "albert.",
  unread: ["albert.pooler.", "sop_classifier."],
  tied: { "predictions.decoder.weight": "embeddings.word", "predictions.decoder.bias": "mlm.bias" },
  classes: { mlm: "AlbertForMaskedLM", classifier: "AlbertForSequenceClassification" },
  layer: (index, arch) => {
    const owners = arch.layers.flatMap((_, i) => (ownerOf(arch, i) === i ? [i] : []));
    const firstShared = arch.layers.findIndex((_, i) => ownerOf(arch, i) !== i);
    const perGroup = firstShared === -1 ? 1 : firstShared;
    const own = owners.indexOf(index);
    return `albert.encoder.albert_layer_groups.${Math.floor(own / perGroup)}.albert_layers.${own % perGroup}.`;
  },
  names: {
    ...embeddingNames("albert"),
    "embeddings.projection": "albert.encoder.embedding_hidden_mapping_in",
    "attention.query": "attention.query",
    "attention.key": "attention.key",
    "attention.value": "attention.value",
    "attention.output": "attention.dense",
    "attention.norm": "attention.LayerNorm",
    "feedForward.up": "ffn",
    "feedForward.down": "ffn_output",
    "feedForward.norm": "full_layer_layer_norm",
    "mlm.dense": "predictions.dense", "mlm.norm": "predictions.LayerNorm", "mlm.bias": "predictions.bias",
    "classifier.dense": "albert.pooler", "classifier.output": "classifier",
  },
};

/** The generator; a classifier of this type has a GELU where ours has a tanh. Without a projection where the tables are as wide as the stream. */
const electra: HfFamily = {
  holds: (arch) => plainLayers(arch) && unshared(arch)
    && (arch.embedding === undefined || (arch.embedding.kind === "projected" && arch.embedding.size !== arch.hiddenSize)),
  encoderPrefix: "electra.",
  unread: [],
  tied: { "generator_lm_head.weight": "embeddings.word" },
  classes: { mlm: "ElectraForMaskedLM" },
  mlmActivation: "gelu",
  layer: bertLayers("electra"),
  names: {
    ...embeddingNames("electra"), ...bertLayerNames,
    "embeddings.projection": "electra.embeddings_project",
    "mlm.dense": "generator_predictions.dense", "mlm.norm": "generator_predictions.LayerNorm", "mlm.bias": "generator_lm_head.bias",
  },
};

const mobilebert: HfFamily = {
  holds: (arch) => arch.embedding?.kind === "wordProjected" && arch.bottleneck?.kind !== "linear" && unshared(arch),
  preTrainingClass: "MobileBertForPreTraining",
  encoderPrefix: "mobilebert.",
  unread: ["mobilebert.pooler.", "cls.seq_relationship."],
  tied: clsTied,
  classes: { mlm: "MobileBertForMaskedLM", classifier: "MobileBertForSequenceClassification" },
  layer: bertLayers("mobilebert"),
  names: {
    ...embeddingNames("mobilebert"), ...bertLayerNames, ...clsNames,
    "embeddings.projection": "mobilebert.embeddings.embedding_transformation",
    "bottleneck.input": "bottleneck.input.dense", "bottleneck.input.norm": "bottleneck.input.LayerNorm",
    "bottleneck.attention": "bottleneck.attention.dense", "bottleneck.attention.norm": "bottleneck.attention.LayerNorm",
    "stacked.*.up": "ffn.*.intermediate.dense",
    "stacked.*.down": "ffn.*.output.dense",
    "stacked.*.norm": "ffn.*.output.LayerNorm",
    "bottleneck.output": "output.bottleneck.dense", "bottleneck.output.norm": "output.bottleneck.LayerNorm",
    "mlm.decoder": "cls.predictions.dense.weight",
    "classifier.dense": "mobilebert.pooler.dense", "classifier.output": "classifier",
  },
};

export const hfFamilies: Readonly<Record<HfModelType, HfFamily>> = {
  bert, roberta: roberta("Roberta"), camembert: roberta("Camembert"), "xlm-roberta": roberta("XLMRoberta"), distilbert, albert, electra, mobilebert,
};
