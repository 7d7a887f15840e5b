import { type EncoderArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Backend, memoryOf, parameter } from "@bort/graph";
import { encoder } from "./encoder.js";
import { disposeAll, type Held, holding } from "./holding.js";
import { type Latency, type LatencyOptions, measureLatency } from "./measure-latency.js";
import { type MlmShape } from "./mlm.js";
import { layoutOf } from "./parameter-layout.js";
import { encoderParameters } from "./parameter-spec.js";
import { ParameterStore, parameterNodes } from "./parameter-store.js";

/** Encoders that are compiled and measured together, so that memory stays bounded. */
const GROUP = 8;

type LatencyShape = Pick<MlmShape, "batchSize" | "sequenceLength">;

/** Latencies with all that they depend on beside the machine. */
export interface EncoderLatencies {
  /** Name of the backend. */
  readonly backend: string;
  /** Threads that compute; null where the backend does not say. */
  readonly threads: number | null;
  readonly batchSize: number;
  /** Tokens of each sequence, none of them padding. */
  readonly sequenceLength: number;
  /** In the order given. */
  readonly encoders: readonly Latency[];
}

/** Latencies of encoders on one batch of tokens without padding, measured in turn in groups of 8, parameters in the backend's memory. */
export async function measureEncoders(
  backend: Backend & { readonly threads?: number }, archs: readonly EncoderArch[], { batchSize, sequenceLength }: LatencyShape, options: LatencyOptions = {},
): Promise<EncoderLatencies> {
  const encoders: Latency[] = [];
  for (let start = 0; start < archs.length; start += GROUP) {
    const compiled: CompiledEncoder[] = [];
    try {
      for (const arch of archs.slice(start, start + GROUP)) compiled.push(await compileEncoder(backend, arch, { batchSize, sequenceLength }));
      const measured = await measureLatency(Object.fromEntries(compiled.map(({ run }, i) => [String(i), run])), options);
      encoders.push(...compiled.map((_, i) => measured[String(i)]!));
    } finally {
      await disposeAll(compiled);
    }
  }
  return { backend: backend.name, threads: backend.threads ?? null, batchSize, sequenceLength, encoders };
}

/** The medians of {@link measureEncoders}, in milliseconds. */
export async function encoderLatencies(backend: Backend, archs: readonly EncoderArch[], shape: LatencyShape, options: LatencyOptions = {}): Promise<number[]> {
  const { encoders } = await measureEncoders(backend, archs, shape, options);
  return encoders.map(({ medianMs }) => medianMs);
}

interface CompiledEncoder extends Held {
  run(): Promise<void>;
}

function compileEncoder(backend: Backend, arch: EncoderArch, { batchSize, sequenceLength }: LatencyShape): Promise<CompiledEncoder> {
  const specs = encoderParameters(arch);
  const states = encoder(arch, parameterNodes(specs), { ids: parameter("ids", [batchSize, sequenceLength], "i32") });
  const rng = random(0, "latency");
  const ids = Int32Array.from({ length: batchSize * sequenceLength }, () => rng.integer(arch.vocabSize));
  const memory = memoryOf(backend);
  const layout = layoutOf(specs);
  return holding(async (hold) => {
    const program = hold(await backend.compile({ states }));
    const { flat, views } = new ParameterStore(specs, layout, memory.allocate(layout.size)); // Zeros: the time does not depend on the values.
    return {
      run: async () => void (await program.run({ ...views, ids })),
      dispose: async () => {
        await program.dispose();
        memory.free(flat);
      },
    };
  });
}
