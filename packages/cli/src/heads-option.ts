import { type EncoderArch, type Heads } from "@bort/arch";
import { usageError } from "./cli-error.js";
import { type Option, text } from "./options.js";

/** The heads to count with an encoder. */
export type HeadsFor = (arch: EncoderArch) => Heads;

const words = text("mlm,nsp,classifier:N",
  "heads to count with the encoder; a classifier of N labels reads the pooler, or has a dense layer where there is none");

/** `--heads mlm,nsp,classifier:N`; @throws CliError `cli/usage` for a head that is unknown or named twice */
export const headsOption: Option<HeadsFor | undefined> = {
  ...words,
  defaultText: "none",
  read: (values, name) => {
    const parsed = words.read(values, name)?.split(",").map(headNamed);
    if (parsed === undefined) return undefined;
    return (arch) => parsed.reduce<Heads>((heads, head) => {
      const more = head(arch);
      if (Object.keys(more).some((key) => key in heads)) throw usageError(`--${name} must name each head once, got ${JSON.stringify(values[0])}`);
      return { ...heads, ...more };
    }, {});
  },
};

function headNamed(word: string): HeadsFor {
  if (word === "mlm") return () => ({ mlm: {} });
  if (word === "nsp") return () => ({ nextSentence: true });
  const labels = /^classifier:(\d+)$/.exec(word)?.[1];
  if (labels === undefined) {
    throw usageError(`a head must be mlm, nsp or classifier:N with N labels, got ${JSON.stringify(word)}; write --heads mlm,nsp for two`);
  }
  return ({ pooler }) => ({ classifier: { labels: Number(labels), pooled: pooler } });
}
