/** Numbers that the binary format gives to types, sections and instructions (WebAssembly core specification, 5.3 to 5.5 and appendix A.7). */

/** Value types (5.3.1, 5.3.2). */
export const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

/** Control (5.4.1), variables (5.4.4) and what belongs to no type; `empty` is the type of a block without a value. */
export const control = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  empty: 0x40,
} as const;

// An instruction above 0xff is a prefix byte (0xfc or 0xfd) and, in its low byte, the number that follows the prefix as LEB128.
// In each table all instructions have the same operands and results.

/** Scalar integers (5.4.6). */
export const i32Test = { eqz: 0x45 } as const;
export const i32Unary = { clz: 0x67, ctz: 0x68, popcnt: 0x69 } as const;
export const i32Binary = {
  eq: 0x46, ne: 0x47, ltS: 0x48, ltU: 0x49, gtS: 0x4a, gtU: 0x4b, leS: 0x4c, leU: 0x4d, geS: 0x4e, geU: 0x4f,
  add: 0x6a, sub: 0x6b, mul: 0x6c, divS: 0x6d, divU: 0x6e, remS: 0x6f, remU: 0x70,
  and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shrS: 0x75, shrU: 0x76,
} as const;
export const i32OfFloat = { reinterpretF32: 0xbc, truncSatF32S: 0xfc00, truncSatF32U: 0xfc01 } as const;

/** Scalar floats. */
export const f32Compare = { eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60 } as const;
export const f32Unary = { abs: 0x8b, neg: 0x8c, ceil: 0x8d, floor: 0x8e, trunc: 0x8f, nearest: 0x90, sqrt: 0x91 } as const;
export const f32Binary = { add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 } as const;
export const f32OfInteger = { convertI32S: 0xb2, convertI32U: 0xb3, reinterpretI32: 0xbe } as const;

/** Vectors of 128 bits (5.4.8). */
export const v128Unary = { not: 0xfd4d } as const;
export const v128Binary = { and: 0xfd4e, andnot: 0xfd4f, or: 0xfd50, xor: 0xfd51 } as const;
export const v128Ternary = { bitselect: 0xfd52 } as const;
export const v128Test = { anyTrue: 0xfd53 } as const;

export const f32x4Unary = {
  ceil: 0xfd67, floor: 0xfd68, trunc: 0xfd69, nearest: 0xfd6a, abs: 0xfde0, neg: 0xfde1, sqrt: 0xfde3,
} as const;
export const f32x4OfIntegers = { convertI32x4S: 0xfdfa, convertI32x4U: 0xfdfb } as const;
export const f32x4Binary = {
  eq: 0xfd41, ne: 0xfd42, lt: 0xfd43, gt: 0xfd44, le: 0xfd45, ge: 0xfd46,
  add: 0xfde4, sub: 0xfde5, mul: 0xfde6, div: 0xfde7, min: 0xfde8, max: 0xfde9, pmin: 0xfdea, pmax: 0xfdeb,
} as const;

export const i32x4Unary = { abs: 0xfda0, neg: 0xfda1 } as const;
export const i32x4OfFloats = { truncSatF32x4S: 0xfdf8, truncSatF32x4U: 0xfdf9 } as const;
export const i32x4Binary = {
  eq: 0xfd37, ne: 0xfd38, ltS: 0xfd39, ltU: 0xfd3a, gtS: 0xfd3b, gtU: 0xfd3c, leS: 0xfd3d, leU: 0xfd3e, geS: 0xfd3f, geU: 0xfd40,
  add: 0xfdae, sub: 0xfdb1, mul: 0xfdb5, minS: 0xfdb6, minU: 0xfdb7, maxS: 0xfdb8, maxU: 0xfdb9,
} as const;
export const i32x4Shift = { shl: 0xfdab, shrS: 0xfdac, shrU: 0xfdad } as const;
export const i32x4Test = { allTrue: 0xfda3, bitmask: 0xfda4 } as const;

/** Lanes: made of one scalar, read, replaced, or picked from two vectors. */
export const lanes = {
  i32x4: { splat: 0xfd11, extract: 0xfd1b, replace: 0xfd1c },
  f32x4: { splat: 0xfd13, extract: 0xfd1f, replace: 0xfd20 },
  shuffle: 0xfd0d,
} as const;

export const constants = { i32: 0x41, f32: 0x43, v128: 0xfd0c } as const;

/** Memory (5.4.5, 5.4.8): the instruction, and log2 of the bytes that it moves, its natural alignment. */
export const memory = {
  i32Load: [0x28, 2],
  i32Load8S: [0x2c, 0],
  i32Load8U: [0x2d, 0],
  f32Load: [0x2a, 2],
  v128Load: [0xfd00, 4],
  load32Splat: [0xfd09, 2],
  load32Zero: [0xfd5c, 2],
  i32Store: [0x36, 2],
  i32Store8: [0x3a, 0],
  f32Store: [0x38, 2],
  v128Store: [0xfd0b, 4],
  store32Lane: [0xfd5a, 2],
} as const;
