import { archOf, flops } from "@bort/arch";
import { type EngineBackend } from "@bort/backend";
import { encoderLatencies } from "@bort/nn";

/** A layer of RoBERTa-large on four sequences of 512 tokens: 51 GFLOPs, nearly all of them in matrix products. */
const layer = archOf([1, 16, 1024, 4096], { vocabSize: 1000, positions: 512 });
const shape = { batchSize: 4, sequenceLength: 512 };

/** FLOPs per second of a backend, as a forward pass reaches them. */
export async function measureSpeed(backend: EngineBackend, signal: AbortSignal): Promise<number> {
  const [medianMs] = await encoderLatencies(backend, [layer], shape, { warmUp: 1, repeats: 5, signal });
  return flops(layer, { sequence: shape.sequenceLength, batch: shape.batchSize }).total / (medianMs! / 1000);
}
