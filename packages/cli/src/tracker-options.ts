import { mlflowUrl } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { type Option, type OptionValues, described, flag, text } from "./options.js";

// A type, not an interface: a table of options is indexed by any name.
export type TrackerOptions = {
  readonly tensorboard: Option<boolean>;
  readonly mlflow: Option<string | undefined>;
  readonly "mlflow-experiment": Option<string | undefined>;
};

/** Where the curves of a run go besides its log. */
export const trackerOptions: TrackerOptions = {
  tensorboard: flag("write the curves to tensorboard/ in --out, too, as TensorBoard reads them"),
  mlflow: address("URL", "log settings and curves to the MLflow tracking server there, too"),
  "mlflow-experiment": described(text("NAME", "experiment of the MLflow server, made where there is none"), "bort"),
};

/** @throws CliError `cli/usage` for an experiment of no server */
export function checkTrackers({ mlflow, "mlflow-experiment": experiment }: OptionValues<TrackerOptions>): void {
  if (experiment !== undefined && mlflow === undefined) throw usageError("--mlflow-experiment needs --mlflow, the server to log to");
}

/** The option's address of a server; @throws NnError `nn/bad-option` */
function address(hint: string, description: string): Option<string | undefined> {
  const option = text(hint, description);
  return { ...option, read: (values, name) => {
    const given = option.read(values, name);
    return given === undefined ? undefined : mlflowUrl(given);
  } };
}
