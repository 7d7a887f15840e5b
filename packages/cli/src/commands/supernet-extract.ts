import { parameterCount } from "@bort/arch";
import { extractSubnetwork } from "@bort/supershaper";
import { type Command, command } from "../command.js";
import { flag, required, text } from "../options.js";
import { OutputFolder } from "../output-folder.js";
import { checkRunFolder } from "../run-folder.js";
import { saveWithOnnx } from "../save-with-onnx.js";
import { shapeOption } from "../shape-option.js";
import { openSupernet } from "../supernet-folder.js";
import { printLine } from "../terminal.js";
import { outOption } from "../training-options.js";

/** `bort supernet extract`: makes a model of a shape. */
export const supernetExtract: Command = command({
  name: "supernet extract",
  description: "take the network of a shape out of a super-network, as a model of its own",
  options: {
    supernet: required(text("RUN", "folder of a super-network")),
    shape: shapeOption,
    out: outOption,
    unmerged: flag("leave two bottlenecks between layers; without it they become one matrix, with the same outputs"),
  },
  run: async ({ supernet: folder, shape, out, unmerged, json }, { terminal }) => {
    checkRunFolder(out);
    const { model: supernet, tokenizer, space, slicing } = openSupernet(folder);
    space.check(shape);
    const model = extractSubnetwork(supernet, shape, { slicing, merge: !unmerged });
    await OutputFolder.use(out, async () => saveWithOnnx(out, model, tokenizer));
    const [parameters, mergedParameters] = [false, true].map((merged) => parameterCount({ ...model.arch, bottleneck: { kind: "linear", merged } }, { pooler: false }).total);
    if (!json) {
      const counts = `${parameters!.toLocaleString("en-US")} parameters with all bottlenecks, ${mergedParameters!.toLocaleString("en-US")} where they are merged`;
      printLine(terminal.stdout, `${shape.join(",")}: ${counts}; the ${unmerged ? "unmerged " : ""}model is in ${out}`);
    }
    return { shape, parameters, mergedParameters, merged: !unmerged, out };
  },
});
