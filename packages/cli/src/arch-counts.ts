import {
  type Accounting, type EncoderArch, type FlopCount, type MemoryBytes, type MemoryCount, type ParameterCount, flops, memoryBytes, parameterCount,
} from "@bort/arch";
import { type HeadsFor } from "./heads-option.js";

/** How an encoder is counted. */
export interface CountingOptions {
  readonly accounting: Accounting;
  /** Tokens per sequence. */
  readonly sequence: number;
  /** Sequences. */
  readonly batch: number;
  /** None under a paper's accounting, which says itself what is counted. */
  readonly heads: HeadsFor;
  /** Whether FLOPs have the element-wise operations in them; under the accounting `exact` alone. */
  readonly elementwise: boolean;
}

/** What an encoder costs, with receipts. */
export interface ArchCounts {
  readonly parameters: ParameterCount;
  /** Of a forward pass; absent where the accounting has no formula for it. */
  readonly flops?: FlopCount;
  /** Multiply-accumulates of a forward pass; absent where the accounting does not count in them. */
  readonly macs?: number;
  /** Exact under every accounting, since none of the papers counts it. */
  readonly memory: MemoryCount;
}

/** Counts an encoder; throws what `parameterCount`, `flops` and `memoryBytes` throw. */
export function countArch(arch: EncoderArch, options: CountingOptions): ArchCounts {
  const { accounting, sequence, batch, elementwise } = options;
  const heads = options.heads(arch);
  const memory = memoryBytes(arch, { sequence, batch, heads });
  switch (accounting) {
    case "exact": {
      const macs = flops(arch, { sequence, batch, heads, unit: "mac" }).total;
      return { parameters: parameterCount(arch, { heads }), flops: flops(arch, { sequence, batch, heads, elementwise }), macs, memory };
    }
    case "schubert-paper":
      return { parameters: parameterCount(arch, { accounting }), memory };
    default:
      return { parameters: parameterCount(arch, { accounting }), flops: flops(arch, { accounting, sequence, batch }), memory };
  }
}

/** The counts as `bort arch --json` prints them. */
export interface ArchCountsJson {
  readonly name: string;
  readonly parameters: { readonly total: number; readonly embedding: number; readonly encoder: number; readonly pooler: number; readonly heads: number };
  readonly flops: { readonly forward: number | null; readonly sequence: number };
  readonly macs: number | null;
  readonly memoryBytes: MemoryBytes;
  readonly accounting: Accounting;
}

/** Counts without their receipts, under the name that the encoder was asked for by. */
export function countsToJson(name: string, counts: ArchCounts, { accounting, sequence }: CountingOptions): ArchCountsJson {
  const { parameters, flops: forward, macs, memory } = counts;
  const { total, embedding, encoder, pooler, heads } = parameters;
  const { inference, training, weights, gradients, optimizerState, inferenceActivations, trainingActivations } = memory;
  return {
    name,
    parameters: { total, embedding, encoder, pooler, heads },
    flops: { forward: forward?.total ?? null, sequence },
    macs: macs ?? null,
    memoryBytes: { inference, training, weights, gradients, optimizerState, inferenceActivations, trainingActivations },
    accounting,
  };
}
