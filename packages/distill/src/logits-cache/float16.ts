const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The largest finite number of 16 bits, 65504. */
const LARGEST = 0x7bff;

/** Numbers as IEEE 754 half-precision bits, rounded to the nearest, ties to even. What is beyond the largest becomes the largest of its sign. */
export const toFloat16 = (values: Float32Array): Uint16Array => Uint16Array.from(values, encode);

/** Half-precision bits as numbers, exactly. */
export const fromFloat16 = (halves: Uint16Array): Float32Array => Float32Array.from(halves, decode);

function encode(value: number): number {
  float[0] = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (float[0] >= 65_504) return sign | LARGEST;
  if (float[0] < 2 ** -14) {
    float[0] += 0.5; // Between 0.5 and 1 neighbours are 2^-24 apart, as subnormal halves are.
    return sign | (bits[0]! - 0x3f00_0000);
  }
  const rebiased = bits[0]! - ((127 - 15) << 23);
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

function decode(half: number): number {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >>> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
