import { join } from "node:path";
import { existsSync } from "node:fs";
import { exportModel } from "@bort/bench";
import { loadModel } from "@bort/nn";
import { CliError } from "../cli-error.js";
import { type Command, command } from "../command.js";
import { required, text } from "../options.js";
import { engineOptions, onEngine } from "../on-engine.js";
import { OutputFolder } from "../output-folder.js";
import { printLine } from "../terminal.js";

/** `bort export`: writes a model for other programs. */
export const exportCommand: Command = command({
  name: "export",
  description: "write a model for Hugging Face libraries and ONNX Runtime, and check what was written",
  options: {
    model: required(text("RUN", "folder of a trained model")),
    out: required(text("DIR", "the folder to write to")),
    ...engineOptions,
  },
  run: async (options, { terminal }) => {
    const { out } = options;
    OutputFolder.check(out);
    if (existsSync(join(out, "run.json"))) throw new CliError("cli/folder-in-use", `${out} holds a run or what it made, which an export would change; give another --out`);
    const { model, tokenizer } = loadModel(options.model);
    return onEngine(options, terminal, (backend) => OutputFolder.use(out, async () => {
      const { files, maxAbsDifference } = await exportModel(out, { model, tokenizer }, backend);
      if (!options.json) {
        for (const name of files) printLine(terminal.stdout, join(out, name));
        printLine(terminal.stdout, `largest difference of a logit from the trained model's: ${maxAbsDifference.toExponential(1)}`);
      }
      return { out, files, maxAbsDifference };
    }));
  },
});
