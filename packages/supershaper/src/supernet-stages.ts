import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type DifferentiatedStage, type Feeds, type Graph, type Node, differentiateStage, gradients, parameter, slopeName, topologicalOrder } from "@bort/graph";
import {
  type Dropout, type DropoutRates, type LossGraph, type MlmShape, type ParameterNodes, type ParameterSpec, distillationLoss, DROPOUT_SEED, dropoutOf, embeddings, encoderLayer, labelAccuracy, labelLoss,
  mlmHead, modelParameters, paddingBias, parameterNodes,
} from "@bort/nn";
import { subArch } from "./backbone.js";
import { LayerSlice, type SliceRuns, type Slicing } from "./slicing.js";

/** What the stages of a super-network have in common. */
export interface StageFrame {
  /** Of the backbone. */
  readonly arch: EncoderArch;
  /** Of a batch. */
  readonly batch: MlmShape;
  readonly slicing: Slicing;
  /** Of training; graphs that evaluate have none. */
  readonly dropout: DropoutRates;
}

/** How the largest network's distribution over tokens teaches the others. */
export interface LogitsTeaching {
  /** Share of the loss, from 0 to 1, that compares distributions; the rest looks at the true tokens. */
  readonly weight: number;
  /** Softens both distributions. */
  readonly temperature: number;
}

/** What the sub-networks of a step learn from the largest, which is the first of them. */
export interface InPlaceDistillation {
  /** From its distribution over tokens. Default: nothing. */
  readonly logits?: LogitsTeaching;
  /** Weight of the mean squared difference from the states that leave its layers, averaged over layers; padding does not count. Default 0. */
  readonly hidden?: number;
}

/** A stage that gives gradients of what it uses of its parameters alone. */
export interface PartialStage extends DifferentiatedStage {
  /** Where in their parameters these belong, by name, when it is fed that; of all others the gradient is whole. */
  readonly runsOf: (feeds: Feeds) => ReadonlyMap<string, SliceRuns>;
}

/** Parameters of any layer, by the names that a layer's stage has for them: `layer.` and what the model's name ends in. */
export const layerSpecs = (arch: EncoderArch): ParameterSpec[] =>
  specsOf(arch, (name) => name.startsWith("layers.0.")).map((spec) => ({ ...spec, name: `layer.${spec.name.slice("layers.0.".length)}` }));
export const embeddingSpecs = (arch: EncoderArch): ParameterSpec[] => specsOf(arch, (name) => name.startsWith("embeddings."));
export const headSpecs = (arch: EncoderArch): ParameterSpec[] => specsOf(arch, (name) => name.startsWith("mlm.") || name === WORDS);

const WORDS = "embeddings.word";
const specsOf = (arch: EncoderArch, isWanted: (name: string) => boolean): ParameterSpec[] => modelParameters(arch, { kind: "mlm" }).filter(({ name }) => isWanted(name));

/** Draws of a stage: of as many seeds as a stage has places at most, from its own on. */
const SEEDS_PER_STAGE = 64;
/** The seed of a stage whose network is fed `seed`; the embeddings are stage 0. */
export const stageSeed = (seed: number, stage: number): number => seed + SEEDS_PER_STAGE * stage;
/** The dropout of a stage in a graph that is fed the seed of the network. */
export const stageDropout = ({ dropout }: StageFrame, stage: number): Dropout =>
  dropoutOf(dropout, op.add(parameter(DROPOUT_SEED, [], "i32"), op.constant([stageSeed(0, stage)], [], "i32")));

const statesShape = ({ arch, batch }: StageFrame): [number, number] => [batch.batchSize * batch.sequenceLength, arch.hiddenSize];
const idsOf = ({ batch }: StageFrame): Node => parameter("ids", [batch.batchSize, batch.sequenceLength], "i32");
/** 1 where there is a token, 0 in padding: `[batch, sequence]`; `undefined` where batches have no padding. */
const maskOf = ({ batch }: StageFrame): Node | undefined => (batch.padded === true ? parameter("mask", [batch.batchSize, batch.sequenceLength]) : undefined);

/** Token ids, `i32[batch, sequence]`, to `states`, `[batch * sequence, hidden]`. */
export const embeddingGraph = (frame: StageFrame, parameters: ParameterNodes = parameterNodes(embeddingSpecs(frame.arch)), dropout: Dropout = dropoutOf(frame.dropout)): { readonly states: Node } =>
  ({ states: embeddings(frame.arch, parameters, idsOf(frame), dropout) });

export interface LayerGraphOptions {
  /** Default: a parameter named `states`. */
  readonly states?: Node;
  /** Those of a layer of the backbone, by the names of `layerSpecs`. Default: parameters of these names. */
  readonly parameters?: ParameterNodes;
  readonly dropout?: Dropout;
  /** Told of what is used of each parameter. */
  readonly onSlice?: (name: string, used: Node) => void;
}

/** `states` to `states` by a layer that is `width` wide: `[batch * sequence, hidden]`, before and after. Which layer it is, its parameters say. */
export function layerGraph(frame: StageFrame, width: number, options: LayerGraphOptions = {}): { readonly states: Node } {
  const { arch, batch, slicing } = frame;
  const { states = parameter("states", statesShape(frame)), parameters = parameterNodes(layerSpecs(arch)), dropout = dropoutOf(frame.dropout), onSlice } = options;
  const slice = new LayerSlice(arch, width, slicing);
  const narrow = subArch({ ...arch, layers: [arch.layers[0]!] }, [width], { merged: false });
  const mask = maskOf(frame);
  const places = { batch: batch.batchSize, sequence: batch.sequenceLength, bias: mask && paddingBias(mask), dropout };
  const used = (name: string): Node => {
    const node = slice.of(name, parameters(`layer.${name}`)); // Each is asked for once.
    onSlice?.(`layer.${name}`, node);
    return node;
  };
  return { states: encoderLayer(narrow, 0, used, states, places).state };
}

export interface HeadGraphOptions {
  /** Default: a parameter named `states`. */
  readonly states?: Node;
  /** Default: parameters of the model's names. */
  readonly parameters?: ParameterNodes;
  /** Default: none. */
  readonly teaching?: LogitsTeaching;
  /** What teaches, `[batch * masked, vocabulary]`. Default: a parameter named `teacherLogits`. */
  readonly teacherLogits?: Node;
}

/** `states` to logits at the masked places, `[batch * masked, vocabulary]`, and what these cost. */
export function headGraph(frame: StageFrame, options: HeadGraphOptions = {}): LossGraph & { readonly logits: Node; readonly accuracy: Node } {
  const { arch, batch } = frame;
  const { states = parameter("states", statesShape(frame)), parameters = parameterNodes(headSpecs(arch)), teaching } = options;
  const masked = [batch.batchSize * batch.maskedPerSequence];
  const logits = mlmHead(arch, parameters, op.gather(states, parameter("positions", masked, "i32")));
  const [labels, weights] = [parameter("labels", masked, "i32"), parameter("weights", masked)];
  const hard = labelLoss(logits, labels, weights);
  const accuracy = labelAccuracy(logits, labels, weights);
  if (teaching === undefined) return { loss: hard, logits, accuracy };
  const { teacherLogits = parameter("teacherLogits", logits.shape) } = options;
  const soft = distillationLoss({ student: logits, teacher: teacherLogits, weights, temperature: teaching.temperature });
  return { loss: op.add(op.mul(hard, 1 - teaching.weight), op.mul(soft, teaching.weight)), logits, accuracy };
}

/** The embeddings, forth and back. Where words are looked up by the ids alone, their gradients are those of the looked-up rows, `[batch, sequence, size]`. */
export function embeddingStage(frame: StageFrame): PartialStage {
  const specs = embeddingSpecs(frame.arch);
  const parameters = parameterNodes(specs);
  const outputs = embeddingGraph(frame, parameters);
  const targets = targetsOf(specs, parameters);
  const rows = lookedUpRows(outputs, parameters(WORDS));
  if (rows === undefined) return { ...differentiateStage({ outputs, inputs: [], targets }), runsOf: () => new Map() };
  const size = rows.shape.at(-1)!;
  return {
    ...differentiateStage({ outputs, inputs: [], targets: { ...targets, [WORDS]: rows } }),
    runsOf: ({ ids }) => new Map([[WORDS, { starts: Array.from(ids as Int32Array, (id) => id * size), length: size }]]),
  };
}

/** The rows of a table, where all that is read of it are those of ids that are fed. */
function lookedUpRows(outputs: Graph, table: Node): Node | undefined {
  const [reader, ...others] = topologicalOrder(Object.values(outputs)).filter(({ inputs }) => inputs.includes(table));
  return others.length === 0 && reader?.op === "gather" && reader.inputs[1]!.op === "parameter" ? reader : undefined;
}

/** A layer of a width, forth and back: the gradients are those of what it uses of the parameters alone, and as small. */
export function layerStage(frame: StageFrame, width: number): PartialStage {
  const { arch, slicing } = frame;
  const specs = layerSpecs(arch);
  const used = new Map<string, Node>();
  const outputs = layerGraph(frame, width, { parameters: parameterNodes(specs), onSlice: (name, node) => used.set(name, node) });
  const slice = new LayerSlice(arch, width, slicing);
  const parts = new Map(specs.map(({ name, shape }) => [name, slice.runs(name.slice("layer.".length), shape)]));
  return { ...differentiateStage({ outputs, inputs: ["states"], targets: Object.fromEntries(used) }), runsOf: () => parts };
}

/** The head forth and back at once: the loss, times `scale` where it is differentiated, the logits if they are asked for, and gradients of states and parameters. */
export function headStage(frame: StageFrame, { teaching, logits }: { readonly teaching?: LogitsTeaching; readonly logits: boolean }): Graph {
  const specs = headSpecs(frame.arch);
  const parameters = parameterNodes(specs);
  const states = parameter("states", statesShape(frame));
  const head = headGraph(frame, { states, parameters, ...(teaching !== undefined && { teaching }) });
  const targets = { states, ...targetsOf(specs, parameters) };
  const slopes = gradients(op.mul(head.loss, parameter("scale", [])), Object.values(targets));
  return { loss: head.loss, ...(logits && { logits: head.logits }), ...Object.fromEntries(Object.keys(targets).map((name, i) => [slopeName(name), slopes[i]!])) };
}

const targetsOf = (specs: readonly ParameterSpec[], parameters: ParameterNodes): Readonly<Record<string, Node>> => Object.fromEntries(specs.map(({ name }) => [name, parameters(name)]));

/** states - teacher, zeros in padding: all `[batch * sequence, hidden]`. */
export function stateDifference(frame: StageFrame, states: Node, teacher: Node): Node {
  const mask = maskOf(frame);
  const difference = op.sub(states, teacher);
  return mask === undefined ? difference : op.mul(difference, op.reshape(mask, [states.shape[0]!, 1]));
}

/** Places of a batch that are no padding. */
export function tokenCount(frame: StageFrame): Node {
  const mask = maskOf(frame);
  return mask === undefined ? op.scalar(statesShape(frame)[0]) : op.sumAll(mask);
}

/**
 * Distillation of hidden states into the gradient of the loss by `states`: adds `factor` (states - teacher) / places, the gradient of
 * factor / 2 |states - teacher|^2 / places, over places that are no padding. All `[batch * sequence, hidden]`.
 */
export function hiddenGraph(frame: StageFrame): { readonly cotangent: Node } {
  const [states, teacher, cotangent] = ["states", "teacher", "cotangent"].map((name) => parameter(name, statesShape(frame))) as [Node, Node, Node];
  const factor = op.div(parameter("factor", []), tokenCount(frame));
  return { cotangent: op.add(cotangent, op.mul(stateDifference(frame, states, teacher), factor)) };
}
