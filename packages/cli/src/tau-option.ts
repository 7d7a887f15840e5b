import { adjacentSwap, characterNoise, inTurn, maskFill, mixOfTwo, oneOf, spanFill, synonyms, type Tau, wordDropout, wordModel } from "@bort/agora";
import { type Backend } from "@bort/graph";
import { loadMlmModel } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { anyList, described, type Option, type OptionValues, text } from "./options.js";

// A type, not an interface: a table of options is indexed by any name.
export type TauOptions = { readonly tau: Option<readonly string[]>; readonly mlm: Option<string | undefined> };

const plain = { "word-dropout": () => wordDropout(), "adjacent-swap": () => adjacentSwap(), "character-noise": () => characterNoise(), "mix-of-two": () => mixOfTwo };
const ofMlm = { synonyms, "mask-fill": maskFill, "span-fill": spanFill };
const names = [...Object.keys(plain), ...Object.keys(ofMlm)];

/** How new texts are made. */
export const tauOptions: TauOptions = {
  tau: described(anyList("TAU", `how texts are transformed: ${names.join(", ")}; of several one is drawn for each text, and those joined by + act in turn`), "word-dropout"),
  mlm: described(text("MODEL", `masked language model that ${Object.keys(ofMlm).join(", ")} ask, a folder or a name on Hugging Face's hub`), "--model"),
};

/** The taus that are named, each a list of those that act in turn; @throws CliError `cli/usage` for another name, or a model that none of them asks */
export function tauNames({ tau, mlm }: OptionValues<TauOptions>): readonly (readonly string[])[] {
  const named = (tau.length === 0 ? ["word-dropout"] : tau).map((each) => each.split("+"));
  const unknown = named.flat().find((name) => !names.includes(name));
  if (unknown !== undefined) throw usageError(`--tau must be one of ${names.join(", ")}, or several joined by +, got ${JSON.stringify(unknown)}`);
  if (mlm !== undefined && !asksModel(named)) throw usageError(`--mlm is for --tau ${Object.keys(ofMlm).join(", ")}; leave it out`);
  return named;
}

/** Whether one of them asks a masked language model. */
export const asksModel = (named: readonly (readonly string[])[]): boolean => named.flat().some((name) => Object.hasOwn(ofMlm, name));

/** Makes the tau of names that `tauNames` gave; `mlmFolder` holds the model that they ask. Throws what `loadMlmModel` and `wordModel` throw. */
export function tauOf(named: readonly (readonly string[])[], backend: Backend, mlmFolder: string): Tau {
  const words = asksModel(named) ? wordModel({ backend, ...loadMlmModel(mlmFolder) }) : undefined;
  const one = (name: string): Tau => (Object.hasOwn(plain, name) ? plain[name as keyof typeof plain]() : ofMlm[name as keyof typeof ofMlm](words!));
  const all = named.map((inOrder) => (inOrder.length === 1 ? one(inOrder[0]!) : inTurn(...inOrder.map(one))));
  return all.length === 1 ? all[0]! : oneOf(...all);
}
