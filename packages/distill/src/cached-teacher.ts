import { type TypedArray, parameter } from "@bort/graph";
import { type MlmShape } from "@bort/nn";
import { DistillError } from "./distill-error.js";
import { type CachedLogits } from "./logits-cache/logits-record.js";
import { type LogitsCache } from "./logits-cache/logits-cache.js";
import { batchFingerprint } from "./logits-cache/batch-fingerprint.js";
import { type TeacherInputs } from "./teacher-inputs.js";

/** What reads an input's values out of a record. */
type Reading = (record: CachedLogits) => TypedArray;

/**
 * A teacher of whom only logits are there: those of the cache for batches of this shape. Of these, batch `index` is number `index`, less the number of the
 * first, modulo the length of the cache.
 */
export function cachedTeacher(caches: readonly LogitsCache[], shape: MlmShape, name: string): TeacherInputs {
  const cache = cacheFor(caches, shape);
  const { header } = cache;
  const { start = 0 } = header;
  const rows = shape.batchSize * shape.maskedPerSequence;
  const readings = new Map<string, Reading>();
  const input = (what: string, sizes: readonly number[], reading: Reading, dtype: "f32" | "i32" = "f32"): ReturnType<typeof parameter> => {
    readings.set(`${name}.${what}`, reading);
    return parameter(`${name}.${what}`, sizes, dtype);
  };
  return {
    view: {
      arch: header.arch,
      logits: (temperature) => header.topK === header.arch.vocabSize
        ? { kind: "all", logits: input("logits", [rows, header.topK], ({ logits }) => logits) }
        : {
            kind: "top",
            places: input("places", [rows, header.topK], ({ tokens }) => placesOf(tokens, header.topK, header.arch.vocabSize), "i32"),
            logits: input("logits", [rows, header.topK], ({ logits }) => logits),
            rest: input(`rest at ${temperature}`, [rows, 1], (record) => record.rest(temperature)),
          },
      read: () => {
        throw new DistillError("distill/bad-option", "distill: a cache has a teacher's logits, and a loss asks for the states or the attention of its layers; give the teacher itself");
      },
    },
    feeds: async (batch, index) => {
      const at = (((index - start) % cache.batches) + cache.batches) % cache.batches;
      const record = cache.read(at);
      if (record.batch !== batchFingerprint(batch)) {
        throw new DistillError("distill/other-cache", `distill: batch ${index} is not the one that the cache in ${cache.folder} has as number ${at} of ${cache.batches}; `
          + "train on the batches that were cached, for example by repeated()");
      }
      return Object.fromEntries([...readings].map(([each, reading]) => [each, reading(record)]));
    },
    dispose: async () => undefined,
  };
}

/** Tokens of each row to places in `[rows * vocabulary]`. */
const placesOf = (tokens: Int32Array, topK: number, vocabSize: number): Int32Array => tokens.map((token, i) => Math.floor(i / topK) * vocabSize + token);

function cacheFor(caches: readonly LogitsCache[], shape: MlmShape): LogitsCache {
  const found = caches.find(({ header }) => sizesOf(header.shape) === sizesOf(shape));
  if (found !== undefined) return found;
  const cached = caches.map(({ header }) => sizesOf(header.shape)).join(" or ");
  throw new DistillError("distill/other-cache", `distill: the cache is of batches of ${cached}, and those trained on are ${sizesOf(shape)}; make a cache of these`);
}

const sizesOf = ({ batchSize, sequenceLength, maskedPerSequence, padded = false }: MlmShape): string =>
  `${batchSize} x ${sequenceLength}${padded ? ", padded," : ""} with ${maskedPerSequence} masked`;
