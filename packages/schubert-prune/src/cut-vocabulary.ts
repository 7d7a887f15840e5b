import { type EncoderArch } from "@bort/arch";
import { type Shape, sizeOf } from "@bort/graph";
import { type Model, type ModelHead, ParameterStore, modelParameters } from "@bort/nn";
import { SchubertError } from "./schubert-error.js";

/**
 * The network of the tokens that stay, such as `pruneVocabulary` of `@bort/data` keeps: token `i` is the former `keptIds[i]`. On texts of these tokens it computes what the model does, and
 * of logits over the vocabulary those of the tokens that stay.
 *
 * Where positions are counted from the padding token on, as in RoBERTa, and its id changes, the table of positions gets or loses rows before the first position, which nothing reads.
 *
 * @throws SchubertError `schubert-prune/bad-tokens` for an id that is not there, or one twice, or none, and where the padding token would go
 */
export function cutVocabulary<H extends ModelHead>({ arch, head, parameters }: Model<H>, keptIds: readonly number[]): Model<H> {
  requireIds(arch, keptIds);
  const smaller = archOfTokens(arch, keptIds);
  const cut = new ParameterStore(modelParameters(smaller, head));
  const former = new Map(parameters.specs.map(({ name, shape }) => [name, shape]));
  const [byToken, byPosition] = [keptIds, Array.from({ length: smaller.positions }, (_, row) => row + arch.positionOffset - smaller.positionOffset)];
  const selections: Readonly<Record<string, Selection>> = {
    "embeddings.word": { axis: 0, places: byToken }, "embeddings.position": { axis: 0, places: byPosition },
    "mlm.decoder": { axis: 1, places: byToken }, "mlm.bias": { axis: 0, places: byToken },
  };
  for (const { name } of cut.specs) {
    const [values, selection] = [parameters.view(name), selections[name]];
    cut.view(name).set(selection === undefined ? values : selected(values, former.get(name)!, selection));
  }
  return { arch: smaller, head, parameters: cut };
}

function archOfTokens(arch: EncoderArch, keptIds: readonly number[]): EncoderArch {
  const sizes = { ...arch, vocabSize: keptIds.length };
  if (arch.padTokenId === undefined) return sizes;
  const padTokenId = keptIds.indexOf(arch.padTokenId);
  const positionOffset = arch.positionOffset === 0 ? 0 : padTokenId + 1;
  return { ...sizes, padTokenId, positionOffset, positions: arch.positions + positionOffset - arch.positionOffset };
}

/** The former places along an axis that a tensor is made of; of one below 0 there are zeros. */
interface Selection {
  readonly axis: number;
  readonly places: readonly number[];
}

function selected(values: Float32Array, shape: Shape, { axis, places }: Selection): Float32Array {
  const [blocks, size, width] = [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
  const result = new Float32Array(blocks * places.length * width);
  for (let block = 0, at = 0; block < blocks; block++) {
    for (const place of places) {
      const from = (block * size + place) * width;
      for (let i = 0; i < width; i++) result[at++] = place < 0 ? 0 : values[from + i]!;
    }
  }
  return result;
}

function requireIds({ vocabSize, padTokenId }: EncoderArch, keptIds: readonly number[]): void {
  if (keptIds.length === 0) throw badTokens("no token would stay", "keep at least one");
  const wrong = keptIds.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (wrong !== undefined) throw badTokens(`tokens have ids from 0 to ${vocabSize - 1}, got ${wrong}`, "prune the vocabulary of the model's own tokenizer");
  const kept = new Set(keptIds);
  if (kept.size < keptIds.length) throw badTokens("an id is there twice", "name each once");
  if (padTokenId !== undefined && !kept.has(padTokenId)) throw badTokens(`token ${padTokenId}, the padding, would go`, "keep it");
}

const badTokens = (problem: string, advice: string): SchubertError => new SchubertError("schubert-prune/bad-tokens", `schubert-prune: ${problem}; ${advice}`);
