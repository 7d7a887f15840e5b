import { ArchError, shown } from "./arch-error.js";
import { type EncoderArch } from "./encoder-arch.js";
import { bertPresets } from "./presets/bert-presets.js";
import { type Preset } from "./presets/preset.js";
import { schubertPresets } from "./presets/schubert-presets.js";
import { superShaperPresets } from "./presets/super-shaper-presets.js";

export type PresetName = keyof typeof bertPresets | keyof typeof schubertPresets | keyof typeof superShaperPresets;

/** Published architectures by name; encoders only, as their plain (headless) checkpoints have them. */
export const presets: Readonly<Record<PresetName, Preset>> = { ...bertPresets, ...schubertPresets, ...superShaperPresets };

/**
 * The published architecture of that name, or of that name on Hugging Face's hub.
 *
 * Throws `arch/unknown-preset`, whose message lists the names that are near, nearest first, or all of them.
 */
export function presetNamed(name: string): EncoderArch {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName].arch;
  const aliased = Object.values(presets).find(({ aliases }) => aliases?.includes(name) === true);
  if (aliased !== undefined) return aliased.arch;
  const names = Object.keys(presets);
  const distance = (known: string): number => editDistance(known, name.toLowerCase());
  const near = names.filter((known) => known.startsWith(name) || distance(known) <= 3).sort((a, b) => distance(a) - distance(b));
  throw new ArchError("arch/unknown-preset", `arch: no preset is named ${shown(name)}; use ${(near.length > 0 ? near : names).join(", ")}`);
}

/** The least number of inserted, deleted and replaced characters that turn one text into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let r = 1; r <= from.length; r++) {
    const next = [r];
    for (let c = 1; c <= to.length; c++) {
      const replaced = row[c - 1]! + (from[r - 1] === to[c - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[c]! + 1, next[c - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
