import { formatTick } from "../format-number.js";

export interface Axis {
  readonly label: string;
  /** Whether the scale is logarithmic, on which only positive values have a place. Default false. */
  readonly log?: boolean;
}

/** Whether a value has a place on the axis. */
export function isDrawable(value: number, { log = false }: Axis): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

/** The scale of an axis, as options of Plot, for the drawable ones among `values`, of which there must be one. */
export function axisScale(values: readonly number[], axis: Axis): {
  readonly type: "linear" | "log"; readonly domain: [number, number]; readonly nice: boolean; readonly ticks: number | number[];
  readonly tickFormat: (value: number) => string; readonly label: string; readonly grid: true;
} {
  const drawable = values.filter((value) => isDrawable(value, axis));
  const min = drawable.reduce((a, b) => Math.min(a, b));
  const max = drawable.reduce((a, b) => Math.max(a, b));
  const shared = { tickFormat: formatTick, label: axis.label, grid: true } as const;
  if (axis.log !== true) {
    const pad = min === max ? Math.abs(min) / 10 || 1 : 0;
    return { ...shared, type: "linear", domain: [min - pad, max + pad], nice: true, ticks: 6 };
  }
  const domain: [number, number] = [min / (min === max ? 2 : 1.05), max * (min === max ? 2 : 1.05)];
  const ticks = logTicks(...domain);
  return { ...shared, type: "log", domain, nice: false, ticks: ticks.length >= 2 ? ticks : 5 };
}

/** 1, 2 and 5 of every decade, or its 1 alone, or the 1 of every other decade: the densest of these with at most eight ticks. */
function logTicks(min: number, max: number): number[] {
  const first = Math.floor(Math.log10(min));
  const decades = Array.from({ length: Math.ceil(Math.log10(max)) - first + 1 }, (_, i) => first + i);
  const within = (ticks: number[]): number[] => ticks.filter((tick) => tick >= min && tick <= max);
  const dense = within(decades.flatMap((decade) => [1, 2, 5].map((digit) => digit * 10 ** decade)));
  if (dense.length <= 8) return dense;
  const stride = Math.ceil(decades.length / 8);
  return within(decades.filter((decade) => decade % stride === 0).map((decade) => 10 ** decade));
}
