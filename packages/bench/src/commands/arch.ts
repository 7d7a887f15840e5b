import { measureArch } from "../arch-benchmark.js";
import { formatNumber } from "../format-number.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Command, countFlag, noArguments } from "./command.js";

const thousands = (rate: number): string => formatNumber(1000 * Math.round(rate / 1000));

/** Parameter counts a second on one core. */
export const command: Command = {
  flags: ["repeats"],
  run: async (positionals, flags) => {
    noArguments(positionals);
    const totalsPerSecond = measureArch({ repeats: countFlag(flags, "repeats", { fallback: 9 }) });
    const columns = [{ label: "network" }, ...["median", "least", "most"].map((label) => ({ label, format: thousands }))];
    const rows = totalsPerSecond.map(({ subject, median, least, most }) => [subject, median, least, most]);
    return { result: { totalsPerSecond }, text: `arch on one core: parameter counts a second\n${consoleTable({ columns, rows })}` };
  },
};
