import { type EncoderArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Backend, memoryOf, parameter } from "@bort/graph";
import { encoder } from "./encoder.js";
import { type LatencyOptions, measureLatency } from "./measure-latency.js";
import { type MlmShape } from "./mlm.js";
import { layoutOf } from "./parameter-layout.js";
import { encoderParameters } from "./parameter-spec.js";
import { ParameterStore, parameterNodes } from "./parameter-store.js";

/** Encoders that are compiled and measured together, so that memory stays bounded. */
const GROUP = 8;

type LatencyShape = Pick<MlmShape, "batchSize" | "sequenceLength">;

/** Median latency in milliseconds of each encoder on one batch of tokens without padding, measured in turn in groups of 8, parameters in the backend's memory. */
export async function encoderLatencies(
  backend: Backend, archs: readonly EncoderArch[], shape: LatencyShape, options: LatencyOptions = {},
): Promise<number[]> {
  const latencies: number[] = [];
  for (let start = 0; start < archs.length; start += GROUP) {
    const compiled: CompiledEncoder[] = [];
    try {
      for (const arch of archs.slice(start, start + GROUP)) compiled.push(await compileEncoder(backend, arch, shape));
      const measured = await measureLatency(Object.fromEntries(compiled.map(({ run }, i) => [String(i), run])), options);
      latencies.push(...compiled.map((_, i) => measured[String(i)]!.medianMs));
    } finally {
      for (const { dispose } of compiled) await dispose();
    }
  }
  return latencies;
}

interface CompiledEncoder {
  run(): Promise<void>;
  dispose(): Promise<void>;
}

async function compileEncoder(backend: Backend, arch: EncoderArch, { batchSize, sequenceLength }: LatencyShape): Promise<CompiledEncoder> {
  const specs = encoderParameters(arch);
  const states = encoder(arch, parameterNodes(specs), { ids: parameter("ids", [batchSize, sequenceLength], "i32") });
  const program = await backend.compile({ states });
  const rng = random(0, "latency");
  const ids = Int32Array.from({ length: batchSize * sequenceLength }, () => rng.integer(arch.vocabSize));
  const memory = memoryOf(backend);
  const layout = layoutOf(specs);
  const { flat, views } = new ParameterStore(specs, layout, memory.allocate(layout.size)); // Zeros: the time does not depend on the values.
  return {
    run: async () => void (await program.run({ ...views, ids })),
    dispose: async () => {
      await program.dispose();
      memory.free(flat);
    },
  };
}
