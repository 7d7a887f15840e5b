/** A number as sentences show it: up to four significant digits, whole ones with digit groups. */
export function written(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e12 || size < 1e-3)) return value.toExponential(2);
  return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
