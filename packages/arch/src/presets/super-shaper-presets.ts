import { superShaperArch } from "../super-shaper-arch.js";
import { type Preset } from "./preset.js";

const paper = "Ganesan et al. 2021 (arXiv 2110.04711)";
const shaped = (millions: number, where: string, shape: readonly number[], more: Pick<Preset, "aliases"> = {}): Preset => ({
  arch: superShaperArch(shape),
  source: `${paper}, ${where}`,
  printed: { millions, accounting: "supershaper-paper" },
  ...more,
});
const released = "Table 5; the shape is in the released search results";
const repeated = (width: number, layers: number): number[] => new Array<number>(layers).fill(width);

/** SuperShaper's networks: the best searched ones by their printed sizes, and the templates. */
export const superShaperPresets = {
  "supershaper-33m": shaped(33, released, repeated(120, 12)),
  "supershaper-53m": shaped(53, released, [240, 360, 120, 120, 360, 480, 480, 240, 240, 240, 240, 540]),
  "supershaper-63m": shaped(63, "Tables 5 and 6, Evo Search 2", [480, 240, 360, 240, 540, 480, 360, 360, 360, 360, 540, 480], { aliases: ["supershaper-evo-2"] }),
  "supershaper-65m": shaped(65, "Table 6, EvoSearch 1", [480, 360, 360, 240, 240, 360, 480, 480, 360, 480, 540, 540], { aliases: ["supershaper-evo-1"] }),
  "supershaper-69m": shaped(69, released, [360, 480, 360, 360, 480, 540, 360, 480, 360, 480, 480, 600]),
  "supershaper-80m": shaped(80, released, [540, 480, 540, 768, 600, 360, 360, 480, 540, 540, 600, 540]),
  "supershaper-90m": shaped(90.5, released, [540, 540, 600, 480, 768, 540, 480, 600, 540, 768, 768, 600], { aliases: ["supershaper-90.5m"] }),
  "supershaper-96m": shaped(96, released, [600, 600, 540, 540, 600, 360, 768, 768, 768, 600, 768, 768], { aliases: ["supershaper-base"] }),
  "supershaper-lower-triangle": shaped(64, "Table 6", [120, 120, 240, 240, 360, 360, 360, 480, 540, 540, 600, 768]),
  "supershaper-random": shaped(64, "Table 6, which misprints L6 as 540; 240 as released", [480, 360, 360, 540, 480, 240, 360, 480, 540, 120, 360, 540]),
  "supershaper-rectangle": shaped(58, "Table 6", repeated(360, 12)),
  "supershaper-inverted-diamond": shaped(65, "Table 6", [768, 600, 360, 240, 240, 120, 120, 240, 240, 360, 600, 768]),
  "supershaper-bottle": shaped(64, "Table 6", [...repeated(120, 6), ...repeated(600, 5), 768]),
  "supershaper-diamond": shaped(64, "Table 6", [120, 240, 360, 480, 480, 540, 768, 540, 480, 360, 240, 120]),
  "supershaper-upper-triangle": shaped(64, "Table 6", [768, 600, 540, 540, 480, 360, 360, 360, 240, 240, 120, 120]),
  "supershaper-inverted-bottle": shaped(64, "Table 6", [768, ...repeated(600, 5), ...repeated(120, 6)]),
  "supershaper-heuristic": shaped(61, "Table 4, heuristic-shaped; the shape is in the released code", [360, 240, 240, 240, 360, 360, 360, 360, 480, 480, 540, 540]),
  "supershaper-backbone": { arch: superShaperArch(repeated(768, 12), { merged: false }), source: `${paper}, section 3.1: all widths 768, bottlenecks not merged` },
} as const satisfies Readonly<Record<string, Preset>>;
