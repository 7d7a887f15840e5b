import { schubertArch, type SchubertDimensions } from "../schubert-arch.js";
import { type Preset } from "./preset.js";

const schubert = (millions: number, table: string, dimensions: SchubertDimensions): Preset => ({
  arch: schubertArch(dimensions),
  source: `Khetan and Karnin 2020 (arXiv 2005.06628), ${table}`,
  printed: { millions, accounting: "schubert-paper" },
});

/** The best networks of schuBERT, by their printed sizes. */
export const schubertPresets = {
  "schubert-99m": schubert(99, "Table 7", {
    intermediateSize: [2022, 2222, 2344, 2478, 2576, 2530, 2638, 2660, 2748, 2792, 2852, 2974],
    heads: [12, 12, 12, 12, 11, 12, 12, 12, 12, 12, 12, 12],
    valueSize: [54, 54, 46, 58, 52, 60, 64, 64, 64, 64, 64, 62],
  }),
  "schubert-88m": schubert(88, "Table 9", {
    hidden: 756,
    intermediateSize: [1382, 1550, 1672, 1956, 2052, 2030, 2210, 2314, 2474, 2556, 2668, 2938],
    heads: [12, 12, 11, 12, 11, 12, 12, 12, 12, 12, 12, 12],
    valueSize: [46, 48, 42, 52, 46, 54, 64, 62, 64, 64, 64, 40],
  }),
  "schubert-77m": schubert(77, "Table 14", { hidden: 544 }),
  "schubert-66m": schubert(66, "Table 14", { hidden: 466 }),
  "schubert-55m": schubert(55, "Table 14", { hidden: 390 }),
  "schubert-43m": schubert(43, "Table 14", { hidden: 304 }),
  "schubert-33m": schubert(33, "Table 14", { hidden: 234 }),
} as const satisfies Readonly<Record<string, Preset>>;
