import { type Shape } from "@bort/graph";
import { NnError } from "./nn-error.js";

/** How the elements of a stored tensor are written, little-endian, in the names of safetensors. */
export type ElementType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";

export const elementBytes: Readonly<Record<ElementType, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 };

/** A tensor in a file of weights, whose elements are read when they are asked for. */
export interface StoredTensor {
  readonly shape: Shape;
  readonly elementType: ElementType;
  /** The elements, row by row, as float32: those of 16 bits without loss, those of 64 rounded. @throws NnError `nn/bad-model-folder` for integers */
  readonly read: () => Float32Array;
}

type Decoder = (bytes: Uint8Array<ArrayBuffer>) => Float32Array;

const decoders: Readonly<Partial<Record<ElementType, Decoder>>> = {
  F64: ({ buffer }) => Float32Array.from(new Float64Array(buffer)),
  F32: ({ buffer }) => new Float32Array(buffer),
  F16: ({ buffer }) => {
    const halves = halfValues();
    return Float32Array.from(new Uint16Array(buffer), (half) => halves[half]!);
  },
  BF16: ({ buffer }) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (upper) => upper << 16).buffer),
};

export const isFloatType = (type: ElementType): boolean => decoders[type] !== undefined;

/** Whole elements as float32; the bytes fill their buffer. @throws NnError `nn/bad-model-folder` for integers */
export function decodeFloats(type: ElementType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const decode = decoders[type];
  if (decode !== undefined) return decode(bytes);
  throw new NnError("nn/bad-model-folder", `nn: a parameter must have floating-point elements, got ${type}; use weights that are not quantized`);
}

let halves: Float32Array | undefined;

/** The value of each of the 65,536 halves of IEEE 754, made when the first is needed. */
const halfValues = (): Float32Array => (halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfValue(bits)));

function halfValue(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
