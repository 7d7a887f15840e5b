import { type EncoderArch } from "@bort/arch";
import { random } from "@bort/data";
import { type Backend, type Program, parameter } from "@bort/graph";
import { encoder } from "./encoder.js";
import { type LatencyOptions, measureLatency } from "./measure-latency.js";
import { type MlmShape } from "./mlm.js";
import { encoderParameters } from "./parameter-spec.js";
import { ParameterStore, parameterNodes } from "./parameter-store.js";

/** Encoders that are compiled and measured together, so that memory stays bounded. */
const GROUP = 8;

type LatencyShape = Pick<MlmShape, "batchSize" | "sequenceLength">;

/** Median latency in milliseconds of each encoder on one batch of tokens without padding, measured in turn in groups of 8. */
export async function encoderLatencies(
  backend: Backend, archs: readonly EncoderArch[], shape: LatencyShape, options: LatencyOptions = {},
): Promise<number[]> {
  const latencies: number[] = [];
  for (let start = 0; start < archs.length; start += GROUP) {
    const compiled = [];
    try {
      for (const arch of archs.slice(start, start + GROUP)) compiled.push(await compileEncoder(backend, arch, shape));
      const measured = await measureLatency(Object.fromEntries(compiled.map(({ run }, i) => [String(i), run])), options);
      latencies.push(...compiled.map((_, i) => measured[String(i)]!.medianMs));
    } finally {
      for (const { program } of compiled) await program.dispose();
    }
  }
  return latencies;
}

async function compileEncoder(
  backend: Backend, arch: EncoderArch, { batchSize, sequenceLength }: LatencyShape,
): Promise<{ program: Program; run: () => Promise<void> }> {
  const specs = encoderParameters(arch);
  const states = encoder(arch, parameterNodes(specs), { ids: parameter("ids", [batchSize, sequenceLength], "i32") });
  const program = await backend.compile({ states });
  const rng = random(0, "latency");
  const ids = Int32Array.from({ length: batchSize * sequenceLength }, () => rng.integer(arch.vocabSize));
  const { views } = new ParameterStore(specs); // Zeros: the time does not depend on the values.
  return { program, run: async () => void (await program.run({ ...views, ids })) };
}
