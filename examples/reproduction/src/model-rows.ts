import { type ArchTuple, flops, formatTuple, parameterCount, tupleOf } from "@bort/arch";
import { type Table } from "@bort/bench";
import { type MlmModel, evaluateMlm } from "@bort/nn";
import { heldOutBatches } from "./batches.js";
import { partsOf } from "./setting.js";
import { unigramBaseline } from "./unigram-baseline.js";
import { type Materials, type Workplace } from "./workplace.js";

/** A line of the closing table. */
export interface ModelRow {
  readonly name: string;
  readonly arch: ArchTuple | null;
  /** Of embedding and encoder. */
  readonly parameters: number | null;
  /** Of one sequence of the pre-training's length, forward, without a head. */
  readonly gflops: number | null;
  /** In nats, on the held-out sequences. */
  readonly mlmLoss: number;
  readonly mlmAccuracy: number;
}

/** The maximum point, what was distilled from it, and what the frequencies of tokens alone are worth, on the same held-out batches. */
export async function modelRows({ setting, backend }: Workplace, { teacher, corpus }: Materials, student: MlmModel): Promise<ModelRow[]> {
  const { shape } = partsOf(setting.pretraining.shape, setting);
  const batches = heldOutBatches(corpus, shape, setting.evaluationSequences);
  const rowOf = async (name: string, { arch, parameters }: MlmModel): Promise<ModelRow> => {
    const { loss, accuracy } = await evaluateMlm(backend, { arch, parameters }, shape, batches);
    return {
      name, arch: tupleOf(arch) ?? null, parameters: parameterCount(arch).total, gflops: flops(arch, { sequence: shape.sequenceLength }).total / 1e9,
      mlmLoss: loss, mlmAccuracy: accuracy,
    };
  };
  const baseline = unigramBaseline(corpus, batches);
  return [
    await rowOf("maximum point", teacher),
    await rowOf("chosen, distilled", student),
    { name: "unigram", arch: null, parameters: null, gflops: null, mlmLoss: baseline.loss, mlmAccuracy: baseline.accuracy },
  ];
}

export const modelsTable = (rows: readonly ModelRow[]): Table => ({
  columns: [
    { label: "" }, { label: "D,A,H,I" }, { label: "parameters" }, { label: "GFLOPs" },
    { label: "MLM loss", format: (value) => value.toFixed(3) }, { label: "MLM accuracy", format: (value) => `${(100 * value).toFixed(1)}%` },
  ],
  rows: rows.map(({ name, arch, parameters, gflops, mlmLoss, mlmAccuracy }) => [name, arch && formatTuple(arch), parameters, gflops, mlmLoss, mlmAccuracy]),
  highlightRow: 1,
});
