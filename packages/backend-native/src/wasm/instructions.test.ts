import { describe, expect, it } from "vitest";
import { webAssembly } from "../memory/webassembly.js";
import { type Expr } from "./expression.js";
import { ModuleBuilder } from "./module-builder.js";
import * as opcodes from "./opcodes.js";
import { f32, i32 } from "./scalars.js";
import { f32x4, i32x4, v128 } from "./vectors.js";

// Every instruction of every table against its meaning in JavaScript, on all pairs of these values.
const integers = [0, 1, 2, 3, 23, 31, 32, 255, 65536, 0x7fffffff, -0x80000000, -1, -2, -77, 0x12345678];
const floats = [0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3.7, -3.7, 2 ** -149, 2 ** -126, 1e10, -1e10, 3e38, 2 ** 31, NaN, Infinity, -Infinity].map(Math.fround);

const limits = { initial: 1, maximum: 1, shared: true } as const;
const memory = new webAssembly.Memory(limits);
const OPERAND = 64; // bytes between operands; the result follows them
const RESULT = 3 * OPERAND;

type Kind = "i32" | "f32";
type Meaning = (...operands: readonly number[]) => number;
const arrays = { i32: Int32Array, f32: Float32Array } as const;
const lanes = (kind: Kind, at: number): Int32Array | Float32Array =>
  kind === "i32" ? new Int32Array(memory.buffer, at, 4) : new Float32Array(memory.buffer, at, 4);
/** `-1` for lanes of all ones. */
const mask = (truth: boolean): number => (truth ? -1 : 0);
const bool = (truth: boolean): number => (truth ? 1 : 0);
const unsigned = (value: number): number => value >>> 0;
const saturate = (value: number, low: number, high: number): number => Math.min(Math.max(Number.isNaN(value) ? 0 : Math.trunc(value), low), high);
/** To the nearest integer, ties to even, with the sign kept. */
function nearest(x: number): number {
  if (!(Math.abs(x) < 2 ** 23)) return x;
  const size = Math.abs(x) + 2 ** 52 - 2 ** 52;
  return Math.sign(x) < 0 || Object.is(x, -0) ? -size : size;
}
const word = new DataView(new ArrayBuffer(4));
const bitsOf = (x: number): number => (word.setFloat32(0, x), word.getInt32(0));
const floatOf = (bits: number): number => (word.setInt32(0, bits), word.getFloat32(0));

type Meanings<Table> = { readonly [Name in keyof Table]: Meaning };
const comparisons = (truth: (value: boolean) => number, of: (value: number) => number = (value) => value) => ({
  eq: (a: number, b: number) => truth(of(a) === of(b)),
  ne: (a: number, b: number) => truth(of(a) !== of(b)),
  lt: (a: number, b: number) => truth(of(a) < of(b)),
  gt: (a: number, b: number) => truth(of(a) > of(b)),
  le: (a: number, b: number) => truth(of(a) <= of(b)),
  ge: (a: number, b: number) => truth(of(a) >= of(b)),
});
const integerComparisons = (truth: (value: boolean) => number) => {
  const [s, u] = [comparisons(truth), comparisons(truth, unsigned)];
  return { eq: s.eq, ne: s.ne, ltS: s.lt, gtS: s.gt, leS: s.le, geS: s.ge, ltU: u.lt, gtU: u.gt, leU: u.le, geU: u.ge };
};
const rounding = { ceil: Math.ceil, floor: Math.floor, trunc: Math.trunc, nearest, abs: Math.abs, neg: (x: number) => -x, sqrt: Math.sqrt };
const arithmetic = {
  add: (a: number, b: number) => a + b, sub: (a: number, b: number) => a - b, mul: (a: number, b: number) => a * b, div: (a: number, b: number) => a / b,
  min: Math.min, max: Math.max,
};

const i32Meanings: Meanings<typeof opcodes.i32Test & typeof opcodes.i32Unary & typeof opcodes.i32Binary> = {
  eqz: (a) => bool(a === 0),
  clz: (a) => Math.clz32(a!),
  ctz: (a) => (a === 0 ? 32 : 31 - Math.clz32(a! & -a!)),
  popcnt: (a) => unsigned(a!).toString(2).replaceAll("0", "").length,
  ...integerComparisons(bool),
  add: (a, b) => a! + b!, sub: (a, b) => a! - b!, mul: (a, b) => Math.imul(a!, b!),
  divS: (a, b) => Math.trunc(a! / b!), divU: (a, b) => Math.trunc(unsigned(a!) / unsigned(b!)),
  remS: (a, b) => a! % b!, remU: (a, b) => unsigned(a!) % unsigned(b!),
  and: (a, b) => a! & b!, or: (a, b) => a! | b!, xor: (a, b) => a! ^ b!,
  shl: (a, b) => a! << b!, shrS: (a, b) => a! >> b!, shrU: (a, b) => a! >>> b!,
};
const i32OfFloat: Meanings<typeof opcodes.i32OfFloat> = {
  reinterpretF32: (x) => bitsOf(x!),
  truncSatF32S: (x) => saturate(x!, -(2 ** 31), 2 ** 31 - 1),
  truncSatF32U: (x) => saturate(x!, 0, 2 ** 32 - 1),
};
const f32Meanings: Meanings<typeof opcodes.f32Unary & typeof opcodes.f32Binary> = {
  ...rounding, ...arithmetic, copysign: (a, b) => (b! < 0 || Object.is(b, -0) ? -Math.abs(a!) : Math.abs(a!)),
};
const f32OfInteger: Meanings<typeof opcodes.f32OfInteger> = { convertI32S: (a) => a!, convertI32U: (a) => unsigned(a!), reinterpretI32: (a) => floatOf(a!) };
const v128Meanings: Meanings<typeof opcodes.v128Unary & typeof opcodes.v128Binary & typeof opcodes.v128Ternary> = {
  not: (a) => ~a!, and: (a, b) => a! & b!, andnot: (a, b) => a! & ~b!, or: (a, b) => a! | b!, xor: (a, b) => a! ^ b!,
  bitselect: (a, b, c) => (a! & c!) | (b! & ~c!),
};
const f32x4Compare: Meanings<typeof opcodes.f32Compare> = comparisons(mask);
const f32x4Meanings: Meanings<typeof opcodes.f32x4Unary & Omit<typeof opcodes.f32x4Binary, keyof typeof opcodes.f32Compare>> = {
  ...rounding, ...arithmetic, pmin: (a, b) => (b! < a! ? b! : a!), pmax: (a, b) => (a! < b! ? b! : a!),
};
const i32x4Meanings: Meanings<typeof opcodes.i32x4Unary & typeof opcodes.i32x4Binary> = {
  abs: (a) => Math.abs(a!), neg: (a) => -a!, add: (a, b) => a! + b!, sub: (a, b) => a! - b!, mul: (a, b) => Math.imul(a!, b!),
  ...integerComparisons(mask),
  minS: Math.min, maxS: Math.max,
  minU: (a, b) => Math.min(unsigned(a!), unsigned(b!)), maxU: (a, b) => Math.max(unsigned(a!), unsigned(b!)),
};

const f32x4OfIntegers: Meanings<typeof opcodes.f32x4OfIntegers> = { convertI32x4S: (a) => a!, convertI32x4U: (a) => unsigned(a!) };
const i32x4OfFloats: Meanings<typeof opcodes.i32x4OfFloats> = { truncSatF32x4S: i32OfFloat.truncSatF32S, truncSatF32x4U: i32OfFloat.truncSatF32U };

const scalar = { i32, f32 };
const everyFour = (values: readonly number[]): number[][] => values.map((_, i) => [0, 1, 2, 3].map((lane) => values[(i + 5 * lane) % values.length]!));

interface Family {
  readonly name: string;
  readonly from: Kind;
  readonly to: Kind;
  readonly meanings: Readonly<Record<string, Meaning>>;
  /** The instruction on operands in memory; the result is stored. */
  readonly emit: (instruction: string, operands: number) => Expr;
}
const scalarFamily = (name: string, from: Kind, to: Kind, meanings: Family["meanings"]): Family => ({
  name, from, to, meanings,
  emit: (instruction, operands) => apply(to === from ? scalar[from] : name.startsWith("f32.") ? f32 : i32, instruction,
    Array.from({ length: operands }, (_, i) => scalar[from].load(i32.const(i * OPERAND)))),
});
const vectorFamily = (name: string, from: Kind, to: Kind, operators: object, meanings: Family["meanings"]): Family => ({
  name, from, to, meanings,
  emit: (instruction, operands) => apply(operators, instruction, Array.from({ length: operands }, (_, i) => v128.load(i32.const(i * OPERAND)))),
});
const apply = (operators: object, name: string, operands: readonly Expr[]): Expr =>
  (operators as Readonly<Record<string, (...operands: readonly Expr[]) => Expr>>)[name]!(...operands);

const families: readonly Family[] = [
  scalarFamily("i32", "i32", "i32", i32Meanings),
  scalarFamily("i32. of f32", "f32", "i32", i32OfFloat),
  scalarFamily("f32", "f32", "f32", f32Meanings),
  scalarFamily("f32. comparisons", "f32", "i32", comparisons(bool)),
  scalarFamily("f32. of i32", "i32", "f32", f32OfInteger),
  vectorFamily("v128", "i32", "i32", v128, v128Meanings),
  vectorFamily("f32x4", "f32", "f32", f32x4, f32x4Meanings),
  vectorFamily("f32x4 comparisons", "f32", "i32", f32x4, f32x4Compare),
  vectorFamily("f32x4 of i32x4", "i32", "f32", f32x4, f32x4OfIntegers),
  vectorFamily("i32x4", "i32", "i32", i32x4, i32x4Meanings),
  vectorFamily("i32x4 of f32x4", "f32", "i32", i32x4, i32x4OfFloats),
];
/** A meaning with `Math.min` or a rest parameter does not tell how many operands it takes. */
const arity = (name: string): number => {
  const tables = [opcodes.i32Binary, opcodes.f32Binary, opcodes.f32Compare, opcodes.v128Binary, opcodes.f32x4Binary, opcodes.i32x4Binary];
  return name === "bitselect" ? 3 : tables.some((table) => name in table) ? 2 : 1;
};

describe.each(families)("$name", ({ from, to, meanings, emit }) => {
  it.each(Object.keys(meanings))("%s", async (name) => {
    const module = new ModuleBuilder(limits);
    const f = module.func("f", { params: [], results: [] });
    const result = emit(name, arity(name));
    f.store(i32.const(RESULT), result);
    module.export(f);
    const run = new webAssembly.Instance(await webAssembly.compile(module.toBytes()), { env: { memory } }).exports.f as () => void;
    const values = everyFour(from === "i32" ? integers : floats);
    const stored = lanes(to, RESULT);
    const width = result.type === "v128" ? 4 : 1;
    for (const a of values) {
      for (const b of arity(name) > 1 ? values : [a]) {
        if (/^div[SU]$|^rem[SU]$/.test(name) && (b[0] === 0 || (a[0] === -(2 ** 31) && b[0] === -1))) continue; // they trap
        const operands = [a, b, b.toReversed()];
        operands.forEach((operand, i) => lanes(from, i * OPERAND).set(operand));
        stored.fill(7);
        run();
        const wanted = new arrays[to](4).map((_, lane) => meanings[name]!(...operands.slice(0, arity(name)).map((operand) => operand[lane]!)));
        expect([...stored.subarray(0, width)], `${name} of ${a} and ${b}`).toStrictEqual([...wanted.subarray(0, width)]);
      }
    }
  });
});

/** What an expression without operands gives, as four lanes or one. */
async function valueOf(value: Expr, kind: Kind): Promise<number[]> {
  const module = new ModuleBuilder(limits);
  const f = module.func("f", { params: [], results: [] });
  f.store(i32.const(RESULT), value);
  module.export(f);
  (new webAssembly.Instance(await webAssembly.compile(module.toBytes()), { env: { memory } }).exports.f as () => void)();
  return [...lanes(kind, RESULT).subarray(0, value.type === "v128" ? 4 : 1)];
}

describe("vectors and scalars", () => {
  const shifts: Meanings<typeof opcodes.i32x4Shift> = { shl: (a, n) => a! << n!, shrS: (a, n) => a! >> n!, shrU: (a, n) => a! >>> n! };
  const tests: { readonly [Name in keyof (typeof opcodes.i32x4Test & typeof opcodes.v128Test)]: (lanes: readonly number[]) => number } = {
    allTrue: (values) => bool(values.every((value) => value !== 0)),
    anyTrue: (values) => bool(values.some((value) => value !== 0)),
    bitmask: (values) => values.reduce((bits, value, lane) => bits | ((value >>> 31) << lane), 0),
  };
  const vectors = [[0, 0, 0, 0], [0, 1, 0, 0], [1, 2, 3, 4], [-1, 0x7fffffff, -0x80000000, -5]] as const;

  it.each(Object.keys(shifts) as (keyof typeof shifts)[])("i32x4.%s takes its distance modulo 32", async (name) => {
    for (const distance of [0, 1, 23, 31, 32, 33]) {
      const wanted = Int32Array.from(vectors[3], (value) => shifts[name](value, distance));
      expect(await valueOf(i32x4[name](i32x4.const(...vectors[3]), i32.const(distance)), "i32")).toEqual([...wanted]);
    }
  });

  it.each(Object.keys(tests) as (keyof typeof tests)[])("%s", async (name) => {
    for (const vector of vectors) {
      const value = i32x4.const(...vector);
      expect(await valueOf(name === "anyTrue" ? v128.anyTrue(value) : i32x4[name](value), "i32")).toEqual([tests[name](vector)]);
    }
  });

  it("splat, extract and replace lanes", async () => {
    expect(await valueOf(i32x4.splat(i32.const(-7)), "i32")).toEqual([-7, -7, -7, -7]);
    expect(await valueOf(f32x4.splat(f32.const(2.5)), "f32")).toEqual([2.5, 2.5, 2.5, 2.5]);
    for (const lane of [0, 1, 2, 3]) {
      expect(await valueOf(i32x4.extractLane(i32x4.const(1, 2, 3, 4), lane), "i32")).toEqual([lane + 1]);
      expect(await valueOf(f32x4.extractLane(f32x4.const(1, 2, 3, 4), lane), "f32")).toEqual([lane + 1]);
      expect(await valueOf(i32x4.replaceLane(i32x4.const(1, 2, 3, 4), lane, i32.const(9)), "i32")).toEqual([1, 2, 3, 4].with(lane, 9));
      expect(await valueOf(f32x4.replaceLane(f32x4.const(1, 2, 3, 4), lane, f32.const(9)), "f32")).toEqual([1, 2, 3, 4].with(lane, 9));
    }
  });

  it("hold constants at the edges of their encoding", async () => {
    for (const value of integers) expect(await valueOf(i32.const(value), "i32")).toEqual([value]);
    expect(await valueOf(i32.const(2 ** 32 - 1), "i32")).toEqual([-1]);
    for (const value of floats) expect(await valueOf(f32.const(value), "f32")).toStrictEqual([value]);
  });
});
