import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type DifferentiatedStage, type Graph, type Node, differentiateStage, gradients, parameter, slopeName } from "@bort/graph";
import {
  type Dropout, type DropoutRates, type LossGraph, type MlmShape, type ParameterNodes, type ParameterSpec, distillationLoss, DROPOUT_SEED, dropoutOf, embeddings, encoderLayer, labelAccuracy, labelLoss,
  mlmHead, modelParameters, paddingBias,
} from "@bort/nn";
import { subArch } from "./backbone.js";
import { LayerSlice, type Slicing } from "./slicing.js";

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

/** Parameters of any layer, by the names that a layer's stage has for them: `layer.` and what the model's name ends in. */
export const layerSpecs = (arch: EncoderArch): ParameterSpec[] =>
  specsOf(arch, (name) => name.startsWith("layers.0.")).map((spec) => ({ ...spec, name: `layer.${spec.name.slice("layers.0.".length)}` }));
export const embeddingSpecs = (arch: EncoderArch): ParameterSpec[] => specsOf(arch, (name) => name.startsWith("embeddings."));
export const headSpecs = (arch: EncoderArch): ParameterSpec[] => specsOf(arch, (name) => name.startsWith("mlm.") || name === "embeddings.word");

const specsOf = (arch: EncoderArch, isWanted: (name: string) => boolean): ParameterSpec[] => modelParameters(arch, { kind: "mlm" }).filter(({ name }) => isWanted(name));

/** Draws of a stage: of as many seeds as a stage has places at most, from its own on. */
const SEEDS_PER_STAGE = 64;
/** The seed of a stage whose network is fed `seed`; the embeddings are stage 0. */
export const stageSeed = (seed: number, stage: number): number => seed + SEEDS_PER_STAGE * stage;

const statesShape = ({ arch, batch }: StageFrame): [number, number] => [batch.batchSize * batch.sequenceLength, arch.hiddenSize];
const idsOf = ({ batch }: StageFrame): Node => parameter("ids", [batch.batchSize, batch.sequenceLength], "i32");

/** Token ids, `i32[batch, sequence]`, to `states`, `[batch * sequence, hidden]`. */
export const embeddingGraph = (frame: StageFrame, parameters: ParameterNodes = nodesOf(embeddingSpecs(frame.arch)), dropout: Dropout = dropoutOf(frame.dropout)): { readonly states: Node } =>
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
  const { states = parameter("states", statesShape(frame)), parameters = nodesOf(layerSpecs(arch)), dropout = dropoutOf(frame.dropout), onSlice } = options;
  const slice = new LayerSlice(arch, width, slicing);
  const narrow = subArch({ ...arch, layers: [arch.layers[0]!] }, [width], { merged: false });
  const bias = batch.padded === true ? paddingBias(parameter("mask", [batch.batchSize, batch.sequenceLength])) : undefined;
  const places = { batch: batch.batchSize, sequence: batch.sequenceLength, bias, dropout };
  const used = (name: string): Node => {
    const node = slice.of(name, parameters(`layer.${name}`)); // Each is asked for once.
    onSlice?.(`layer.${name}`, node);
    return node;
  };
  return { states: encoderLayer(narrow, 0, used, states, places).state };
}

/** `states` to logits at the masked places, `[batch * masked, vocabulary]`, and what these cost. */
export function headGraph(frame: StageFrame, teaching: LogitsTeaching | undefined, states: Node = parameter("states", statesShape(frame)), parameters: ParameterNodes = nodesOf(headSpecs(frame.arch))): LossGraph & { readonly logits: Node; readonly accuracy: Node } {
  const { arch, batch } = frame;
  const masked = [batch.batchSize * batch.maskedPerSequence];
  const logits = mlmHead(arch, parameters, op.gather(states, parameter("positions", masked, "i32")));
  const [labels, weights] = [parameter("labels", masked, "i32"), parameter("weights", masked)];
  const hard = labelLoss(logits, labels, weights);
  const accuracy = labelAccuracy(logits, labels, weights);
  if (teaching === undefined) return { loss: hard, logits, accuracy };
  const soft = distillationLoss({ student: logits, teacher: parameter("teacherLogits", logits.shape), weights, temperature: teaching.temperature });
  return { loss: op.add(op.mul(hard, 1 - teaching.weight), op.mul(soft, teaching.weight)), logits, accuracy };
}

/** The embeddings, forth and back. */
export function embeddingStage(frame: StageFrame): DifferentiatedStage {
  const parameters = nodesOf(embeddingSpecs(frame.arch));
  return differentiateStage({ outputs: embeddingGraph(frame, parameters), inputs: [], targets: targetsOf(embeddingSpecs(frame.arch), parameters) });
}

/** A layer of a width, forth and back: the gradients are those of what it uses of the parameters alone, and as small. */
export function layerStage(frame: StageFrame, width: number): DifferentiatedStage {
  const full = nodesOf(layerSpecs(frame.arch));
  const used = new Map<string, Node>();
  const outputs = layerGraph(frame, width, { parameters: full, onSlice: (name, node) => used.set(name, node) });
  return differentiateStage({ outputs, inputs: ["states"], targets: Object.fromEntries(used) });
}

/** The head forth and back at once: the loss, times `scale` where it is differentiated, the logits if they are asked for, and gradients of states and parameters. */
export function headStage(frame: StageFrame, { teaching, logits }: { readonly teaching?: LogitsTeaching; readonly logits: boolean }): Graph {
  const specs = headSpecs(frame.arch);
  const parameters = nodesOf(specs);
  const states = parameter("states", statesShape(frame));
  const head = headGraph(frame, teaching, states, parameters);
  const targets = { states, ...targetsOf(specs, parameters) };
  const slopes = gradients(op.mul(head.loss, parameter("scale", [])), Object.values(targets));
  return { loss: head.loss, ...(logits && { logits: head.logits }), ...Object.fromEntries(Object.keys(targets).map((name, i) => [slopeName(name), slopes[i]!])) };
}

const targetsOf = (specs: readonly ParameterSpec[], parameters: ParameterNodes): Readonly<Record<string, Node>> => Object.fromEntries(specs.map(({ name }) => [name, parameters(name)]));

/**
 * Distillation of hidden states into the gradient of the loss by `states`: adds `factor` (states - teacher), the gradient of factor / 2 |states - teacher|^2,
 * and says what that is, `distance` = |states - teacher|^2. All `[batch * sequence, hidden]`.
 */
export function hiddenGraph(frame: StageFrame): Graph {
  const [states, teacher, cotangent] = ["states", "teacher", "cotangent"].map((name) => parameter(name, statesShape(frame))) as [Node, Node, Node];
  const difference = op.sub(states, teacher);
  return { cotangent: op.add(cotangent, op.mul(difference, parameter("factor", []))), distance: op.sumAll(op.mul(difference, difference)) };
}

/** The sub-network of a shape in one graph, by the model's own names: what the stages one after another compute. */
export function wholeGraph(frame: StageFrame, shape: readonly number[], teaching?: LogitsTeaching): LossGraph {
  const specs = modelParameters(frame.arch, { kind: "mlm" });
  const parameters = nodesOf(specs);
  const seed = parameter(DROPOUT_SEED, [], "i32");
  const dropout = (stage: number): Dropout => dropoutOf(frame.dropout, op.add(seed, op.constant([SEEDS_PER_STAGE * stage], [], "i32")));
  let { states } = embeddingGraph(frame, parameters, dropout(0));
  shape.forEach((width, i) => {
    ({ states } = layerGraph(frame, width, { states, parameters: (name) => parameters(`layers.${i}.${name.slice("layer.".length)}`), dropout: dropout(i + 1) }));
  });
  return { loss: headGraph(frame, teaching, states, parameters).loss };
}

function nodesOf(specs: readonly ParameterSpec[]): ParameterNodes {
  const nodes = new Map(specs.map(({ name, shape }) => [name, parameter(name, shape)]));
  return (name) => nodes.get(name)!;
}
