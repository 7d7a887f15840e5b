import { join } from "node:path";
import { engineText } from "@bort/backend";
import { analyseInFolder } from "../analysis-run.js";
import { type Command, command } from "../command.js";
import { described, flag, integer } from "../options.js";
import { barsOn } from "../progress.js";
import { pruningOptions, pruningSettings, refuseCutting } from "../pruning-options.js";
import { pruneInFolder } from "../pruning-run.js";
import { targetsOf } from "../pruning-targets.js";
import { checkPruningWork, pruningWorkOptions, refuseIdleTraining } from "../pruning-work-options.js";
import { pruningWork } from "../pruning-work.js";
import { usageError } from "../cli-error.js";
import { checkRunFolder } from "../run-folder.js";
import { runOnEngine } from "../run-on-engine.js";
import { settingsOf } from "../settings.js";
import { printLine } from "../terminal.js";
import { outOption, runOptions } from "../training-options.js";

/** `bort prune`: makes a network smaller in every dimension, each layer for itself, or says what its units are worth. */
export const prune: Command = command({
  name: "prune",
  description: "make a trained network smaller in all its dimensions, layer by layer, and dense (schuBERT)",
  options: {
    ...pruningWorkOptions,
    ...pruningOptions,
    analyse: flag("cut nothing: score every unit by what the loss depends on it, for each parameter"),
    "analysis-batches": described(integer("with --analyse: batches that the scores are means over", 1), "16"),
    out: outOption,
    ...runOptions,
  },
  run: async (options, { terminal, signal }) => {
    const { out, resume, analyse, "analysis-batches": batches } = options;
    checkRunFolder(out, resume);
    checkPruningWork(options);
    refuseIdleTraining(options);
    if (analyse) refuseCutting(options);
    else if (batches !== undefined) throw usageError("--analysis-batches is for --analyse; leave it out");
    else [targetsOf, pruningSettings].forEach((read) => read(options)); // Throws, before any work, where they cannot be.
    const work = await pruningWork(options, { terminal, signal });
    const { inputs, casting } = work;
    const request = { command: "prune", settings: { ...settingsOf(options), ...(casting !== undefined && { casting }) }, inputs };
    const tell = (line: string): void => {
      if (!options.json) printLine(terminal.stdout, line);
    };
    const place = { work, bars: barsOn(terminal, options.quiet), signal, tell };
    const result = await runOnEngine<object>({ out, request, flags: options, terminal }, (run, backend) => (analyse
      ? analyseInFolder(run, backend, { ...place, batches: batches ?? 16, dimensions: options.dims })
      : pruneInFolder(run, backend, { ...place, options })));
    tell(`${analyse ? `all scores are in ${join(out, "units.json")}` : `the model is in ${out}`} (${engineText(result)}); report: ${join(out, "report.html")}`);
    return { ...result, out };
  },
});
