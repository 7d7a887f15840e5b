/**
 * A number as tables show it: whole numbers with digit groups, others with four significant digits, very small ones with an exponent.
 *
 * What is not finite reads `NaN`, `∞` or `-∞`.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(3);
  if (Number.isInteger(value) || size >= 1000) return Math.round(value).toLocaleString("en-US");
  if (size < 1e-3) return Number(value.toPrecision(4)).toExponential();
  return String(Number(value.toPrecision(4)));
}

/** A number as an axis shows it: short, with `K`, `M`, `B` or `T` from 1,000 on, an exponent below a thousandth. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e15)) return Number(value.toPrecision(6)).toExponential();
  if (size >= 1e3) return value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 6 });
  return String(Number(value.toPrecision(6)));
}
