import { ArchError, shown } from "../arch-error.js";
import { type Activation } from "../encoder-arch.js";
import { type JsonObject } from "../json-fields.js";

/** Transformers' names of the activations; those that stand for one function differ in how it is computed. The first is the one written. */
const namesOf: Readonly<Record<Activation, readonly string[]>> = {
  gelu: ["gelu", "gelu_python"],
  geluTanh: ["gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"],
  relu: ["relu"],
};
const activations = Object.keys(namesOf) as Activation[];

export function hfActivation(activation: Activation): string {
  return namesOf[activation][0]!;
}

/** Reads the activation in `config[key]`; throws `arch/unsupported-config` for another function. */
export function activationField(config: JsonObject, key: string, fallback: Activation): Activation {
  const name = config[key];
  if (name === undefined) return fallback;
  const found = activations.find((activation) => namesOf[activation].some((known) => known === name));
  if (found !== undefined) return found;
  throw new ArchError("arch/unsupported-config",
    `arch: config.json "${key}" must be one of ${activations.flatMap((known) => namesOf[known]).join(", ")}, got ${shown(name)}; use a GELU or ReLU model`);
}
