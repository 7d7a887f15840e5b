import { type EncoderArch, accountings, formatReceipt, maxSequence, parameterCount, presets, type Receipt } from "@bort/arch";
import { consoleTable } from "@bort/bench";
import { type ArchCounts, type CountingOptions, countArch, countsToJson } from "../arch-counts.js";
import { archNamed, tupleTables } from "../arch-named.js";
import { archTable } from "../arch-table.js";
import { usageError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { headsOption } from "../heads-option.js";
import { type OptionValues, anyList, choice, described, flag, integer, withDefault } from "../options.js";
import { printLine } from "../terminal.js";

const options = {
  seq: described(integer("tokens of a sequence", 1), "512, or as many as there are positions for"),
  batch: withDefault(integer("sequences", 1), 1),
  accounting: withDefault(choice(accountings, "what counts: everything, or what a paper counts"), "exact"),
  heads: headsOption,
  elementwise: flag("count element-wise operations as FLOPs too"),
  receipt: described(choice(["parameters", "flops", "memory"], "the count whose terms and sources follow the table"), "parameters"),
  "vocab-size": described(integer("tokens of the vocabulary", 1), `that of the preset or file, else ${tupleTables.vocabSize}`),
  positions: described(integer("rows of the position table", 1), `those of the preset or file, else ${tupleTables.positions}`),
  compare: anyList("ARCH", "put several side by side, with ratios to the first"),
  list: flag("list the presets"),
} as const;

type ArchOptions = OptionValues<typeof options>;

/** `bort arch`: what an architecture costs. */
export const arch: Command = command({
  name: "arch",
  description: "count the parameters, FLOPs and bytes of an architecture",
  positional: { name: "arch", description: "a preset, such as bert-base-uncased, or D,A,H,I, or a .json file: a config.json, or the library's own" },
  options,
  run: async (values, { positionals: [name], args, terminal }) => {
    const print = (text: string): void => {
      if (!values.json) printLine(terminal.stdout, text);
    };
    if (values.list) return listPresets(args, print);
    const comparing = values.compare.length > 0;
    checkOptions(values, name);
    const names = name === undefined ? values.compare : [name];
    const archs = names.map((each) => archNamed(each, tablesOf(values)));
    const counting = countingOptions(values, archs);
    const models = archs.map((each, index) => ({ name: names[index]!, arch: each, counts: countArch(each, counting) }));
    const receipt = comparing || values.json ? undefined : receiptOf(models[0]!.counts, values);
    print(archTable(models, counting));
    if (receipt !== undefined) print(`\n${formatReceipt(receipt)}`);
    const counted = models.map((model) => countsToJson(model.name, model.counts, counting));
    return comparing ? { models: counted } : counted[0]!;
  },
});

/** Refuses what cannot be, or would do nothing. */
function checkOptions({ accounting, compare, elementwise, heads, json, receipt }: ArchOptions & { readonly json: boolean }, name: string | undefined): void {
  if (name === undefined && compare.length === 0) throw usageError("an architecture is missing: give a preset, D,A,H,I or a config.json; see --help");
  if (name !== undefined && compare.length > 0) {
    throw usageError(`give the architectures to compare behind --compare, got ${JSON.stringify(name)} apart from them`);
  }
  if (compare.length === 1) throw usageError(`--compare needs two architectures or more, got ${JSON.stringify(compare[0])} alone`);
  if (receipt !== undefined && (json || compare.length > 0)) {
    throw usageError(`--receipt belongs to the table of one architecture; leave out ${json ? "--json" : "--compare"}`);
  }
  const choosing = heads !== undefined ? "heads" : elementwise ? "elementwise" : undefined;
  if (choosing !== undefined && accounting !== "exact") {
    throw usageError(`--${choosing} needs the accounting exact, got ${accounting}, which says itself what is counted; leave one of them out`);
  }
}

const tablesOf = ({ "vocab-size": vocabSize, positions }: ArchOptions): Partial<Pick<EncoderArch, "positions" | "vocabSize">> => ({
  ...(vocabSize !== undefined && { vocabSize }), ...(positions !== undefined && { positions }),
});

/** Encoders that are compared read sequences of one length, that of the shortest default. */
function countingOptions({ accounting, batch, elementwise, heads, seq }: ArchOptions, archs: readonly EncoderArch[]): CountingOptions {
  return { accounting, batch, elementwise, heads: heads ?? (() => ({})), sequence: seq ?? Math.min(512, ...archs.map(maxSequence)) };
}

function receiptOf({ parameters, flops, memory }: ArchCounts, { accounting, receipt }: ArchOptions): Receipt {
  if (receipt === "memory") return memory.receipt;
  if (receipt !== "flops") return parameters.receipt;
  if (flops === undefined) throw usageError(`${accounting} defines no FLOPs that a receipt could explain; use another --accounting or --receipt`);
  return flops.receipt;
}

function listPresets(args: readonly string[], print: (text: string) => void): object {
  const beside = args.slice(1).find((arg) => arg !== "--list" && arg !== "--json");
  if (beside !== undefined) throw usageError(`--list takes nothing beside it but --json, got ${JSON.stringify(beside)}; leave one of them out`);
  const rows = Object.entries(presets).map(([name, { arch, source, aliases = [], printed }]) =>
    ({ name, parameters: parameterCount(arch).total, printed: printed ?? null, aliases, source }));
  print(consoleTable({
    columns: [{ label: "name" }, { label: "parameters" }, { label: "printed", align: "right" }, { label: "also" }, { label: "source" }],
    rows: rows.map(({ name, parameters, printed, aliases, source }) =>
      [name, parameters, printed && `${printed.millions} M`, aliases.length > 0 ? aliases.join(", ") : null, source]),
  }));
  return { presets: rows };
}
