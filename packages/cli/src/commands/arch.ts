import { type EncoderArch, flops, formatTuple, fromHfConfig, maxSequence, parameterCount, parseTuple, archOf, presetNamed, presets, tupleOf, validateArch } from "@bort/arch";
import { consoleTable, formatNumber } from "@bort/bench";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { described, flag, integer } from "../options.js";
import { readJsonFile } from "../read-json-file.js";
import { printLine } from "../terminal.js";

/** `bort arch`: what an architecture costs. */
export const arch: Command = command({
  name: "arch",
  description: "count the parameters and FLOPs of an architecture",
  positional: { name: "arch", description: "a preset, such as bert-base-uncased, or D,A,H,I, or a config.json" },
  options: {
    "vocab-size": described(integer("tokens of the vocabulary", 1), "that of the preset or file, else 8192"),
    positions: described(integer("rows of the position table", 1), "those of the preset or file, else 512"),
    sequence: described(integer("tokens of the sequence whose FLOPs are counted", 1), "512, or as many as there are positions for"),
    list: flag("list the presets"),
  },
  run: async (options, { positionals: [name], terminal }) => {
    const print = (line: string): void => {
      if (!options.json) printLine(terminal.stdout, line);
    };
    if (options.list) {
      if (name !== undefined) throw usageError(`give an architecture or --list, not both, got ${JSON.stringify(name)}`);
      const rows = Object.entries(presets).map(([preset, { arch, source }]) => ({ name: preset, arch: tupleOf(arch)!, parameters: parameterCount(arch).total, source }));
      print(consoleTable({
        columns: [{ label: "name" }, { label: "D,A,H,I" }, { label: "parameters" }, { label: "source" }],
        rows: rows.map((row) => [row.name, formatTuple(row.arch), row.parameters, row.source]),
      }));
      return { presets: rows };
    }
    if (name === undefined) throw usageError("an architecture is missing: give a preset, D,A,H,I or a config.json; see --help");
    const encoder = validateArch({ ...encoderNamed(name), ...tables(options) });
    const sequence = options.sequence ?? Math.min(512, maxSequence(encoder));
    const { total, embedding, encoder: layers, pooler } = parameterCount(encoder);
    const count = flops(encoder, { sequence });
    const tuple = tupleOf(encoder);
    print(consoleTable({
      columns: [{ label: name }, { label: "", align: "right" }],
      rows: [
        ["D,A,H,I", tuple === undefined ? "layers differ" : formatTuple(tuple)],
        ["vocabulary", formatNumber(encoder.vocabSize)], ["positions", formatNumber(encoder.positions)],
        ["parameters", formatNumber(total)], ["  embedding", formatNumber(embedding)], ["  layers", formatNumber(layers)], ["  pooler", formatNumber(pooler)],
        [`FLOPs at ${sequence} tokens`, formatNumber(count)],
      ],
    }));
    return { name, arch: tuple ?? null, parameters: { total, embedding, encoder: layers, pooler }, sequence, flops: count };
  },
});

function encoderNamed(name: string): EncoderArch {
  if (name.endsWith(".json")) return fromHfConfig(readJsonFile(name));
  return name.includes(",") ? archOf(parseTuple(name), { vocabSize: 8192, positions: 512 }) : presetNamed(name);
}

const tables = ({ "vocab-size": vocabSize, positions }: { readonly "vocab-size": number | undefined; readonly positions: number | undefined }): Partial<EncoderArch> => ({
  ...(vocabSize !== undefined && { vocabSize }), ...(positions !== undefined && { positions }),
});
