import { join } from "node:path";
import { type ArchTuple } from "@bort/arch";
import { type EngineFacts, engineFacts, engineText, withBackend } from "@bort/backend";
import { type ExportedModel, consoleTable, exportModel } from "@bort/bench";
import { printCertificate } from "@bort/fptas";
import { writeFileAtomically } from "@bort/nn";
import { type ModelRow, modelRows, modelsTable } from "./model-rows.js";
import { prepareMaterials } from "./prepare-materials.js";
import { pretrainModel } from "./pretrain-model.js";
import { type ReproductionOptions } from "./reproduction-options.js";
import { inRunFolder } from "./run-folder.js";
import { searchArchitecture } from "./search-architecture.js";
import { type Terminal } from "./terminal.js";
import { type TextSource } from "./text-source.js";
import { trialsTable } from "./trials-table.js";
import { type Workplace } from "./workplace.js";

/** What a run came to; `result.json` of its folder. */
export interface Reproduction {
  readonly chosen: ArchTuple;
  readonly w: number;
  readonly candidates: number;
  /** Maximum point, the pre-trained choice, and the unigram baseline. */
  readonly models: readonly ModelRow[];
  readonly engine: EngineFacts;
}

export interface ReproduceOptions extends Pick<ReproductionOptions, "setting" | "out" | "seed" | "latency" | "engine" | "threads"> {
  readonly text: TextSource;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * The whole path: maximum point, search, pre-training of what was chosen, model folder and ONNX file. A run that was interrupted or killed goes on where it
 * was, and gives the same architecture and weights as one that was not, where `latency` is `flops`; times measured are kept as soon as they are known.
 *
 * @throws the signal's reason; ReproductionError `reproduction/folder-in-use`, `reproduction/other-run`; what the parts throw
 */
export async function reproduce({ text, engine, threads, latency, ...options }: ReproduceOptions): Promise<Reproduction> {
  const { setting, out, seed, terminal, signal } = options;
  return withBackend({ engine, ...(threads !== undefined && { threads }), tell: (line) => terminal.remark(line) }, async (backend) => {
    const facts = {
      setting: setting.name, seed, corpus: text.fingerprint, latency, engine: backend.engine, threads: backend.threads, "at-once": setting.sequencesAtOnce,
    };
    return inRunFolder(out, facts, () => allParts({ setting, seed, out, backend, terminal, signal }, text, latency));
  });
}

async function allParts(workplace: Workplace, text: TextSource, latency: ReproductionOptions["latency"]): Promise<Reproduction> {
  const { setting, out, backend, terminal } = workplace;
  terminal.line("1. The maximum point and the text");
  const { teacher, corpus } = await prepareMaterials(workplace, text);
  try {
    terminal.line("\n2. The search");
    const { extraction, arch } = await searchArchitecture(workplace, { teacher, corpus }, latency);
    terminal.line(consoleTable(trialsTable(extraction, latency)));
    for (const line of printCertificate(extraction.certificate)) terminal.line(`- ${line}`);

    terminal.line(`\n3. Pre-training of <${extraction.chosen.join(", ")}> by distillation`);
    const student = await pretrainModel(workplace, { name: "student", arch, corpus, training: setting.pretraining, teacher });
    const exported = await exportModel(join(out, "model"), { model: student, tokenizer: corpus.tokenizer }, backend);
    terminal.line(exportLine(out, exported));

    terminal.line("\n4. What came of it");
    const models = await modelRows(workplace, { teacher, corpus }, student);
    terminal.line(consoleTable(modelsTable(models)));
    const { chosen, w, trials } = extraction;
    const result: Reproduction = { chosen, w, candidates: trials.length, models, engine: engineFacts(backend) };
    writeFileAtomically(join(out, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
    terminal.line(`\nW = ${w.toFixed(4)}; ${engineText(backend)}`);
    return result;
  } finally {
    corpus.close();
  }
}

const exportLine = (out: string, { maxAbsDifference }: ExportedModel): string =>
  `the model is in ${join(out, "model")}; the logits of its ONNX file differ from its own by at most ${maxAbsDifference.toExponential(1)}`;
