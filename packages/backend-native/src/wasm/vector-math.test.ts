import { describe, expect, it } from "vitest";
import { webAssembly } from "../memory/webassembly.js";
import { call } from "./function-builder.js";
import { ModuleBuilder } from "./module-builder.js";
import { i32 } from "./scalars.js";
import { vectorFunctions, type VectorFunctionName, vectorMath } from "./vector-math.js";
import { v128 } from "./vectors.js";

const BLOCK = 1 << 14; // floats a call
const limits = { initial: 4, maximum: 4, shared: true } as const;
const memory = new webAssembly.Memory(limits);
const input = new Float32Array(memory.buffer, 0, BLOCK);
const inputBits = new Uint32Array(memory.buffer, 0, BLOCK);
const output = new Float32Array(memory.buffer, 4 * BLOCK, BLOCK);

/** `inline`: in the loop itself, as kernels have it; `called`: by a function of the module. */
type Form = "inline" | "called";
const names = Object.keys(vectorFunctions) as VectorFunctionName[];
const run = await compileAll();

async function compileAll(): Promise<(name: VectorFunctionName, form?: Form) => void> {
  const module = new ModuleBuilder(limits);
  const math = vectorMath(module);
  for (const name of names) {
    for (const form of ["inline", "called"] as const) {
      const f = module.func(`${form} ${name}`, { params: [], results: [] });
      const at = f.local("i32");
      f.forRange(at, i32.const(0), i32.const(4 * BLOCK), i32.const(16), () => {
        const x = v128.load(at);
        f.store(at, form === "inline" ? vectorFunctions[name](f, x) : call(math(name), x), 4 * BLOCK);
      });
      module.export(f);
    }
  }
  const { exports } = new webAssembly.Instance(await webAssembly.compile(module.toBytes()), { env: { memory } });
  return (name, form = "inline") => (exports[`${form} ${name}`] as () => void)();
}

/** 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)) (Abramowitz and Stegun 7.1.6): no term cancels another. */
function erf(x: number): number {
  if (!(Math.abs(x) <= 6)) return Math.sign(x); // NaN too
  let term = (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x);
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return sum;
}

const exact: { readonly [Name in VectorFunctionName]: (x: number) => number } = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  erf,
};
/** As the doc comment of `vectorFunctions` states them: largest errors in ulp of the exact result. */
const stated: { readonly [Name in VectorFunctionName]: number } = { exp: 0.92, log: 0.88, tanh: 1.5, sigmoid: 1.82, erf: 1.53 };

const exponentOf = ((): ((value: number) => number) => {
  const value = new Float64Array(1);
  const words = new Uint32Array(value.buffer);
  return (of) => {
    value[0] = of;
    return ((words[1]! >>> 20) & 0x7ff) - 1023;
  };
})();
const spacing = Float64Array.from({ length: 300 }, (_, i) => 2 ** (i - 149));
/** The distance of floats around `of`; denormals are as far apart as the least normal numbers. */
const ulp = (of: number): number => spacing[Math.max(exponentOf(of), -126) + 126]!;

/** The float that overflow stands for: one step above the largest. */
const bounded = (value: number): number => Math.min(Math.max(value, -(2 ** 128)), 2 ** 128);

/** The distance in ulp of `wanted`; infinite where one alone is NaN. */
function error(got: number, wanted: number): number {
  if (Number.isNaN(wanted)) return Number.isNaN(got) ? 0 : Infinity;
  const distance = Math.abs(bounded(got) - bounded(wanted)) / ulp(bounded(wanted));
  return Number.isNaN(distance) ? Infinity : distance;
}

/** The largest error over floats with the bits `bitsOf(0)`, `bitsOf(1)`, ... */
function worst(name: VectorFunctionName, count: number, bitsOf: (i: number) => number): { ulp: number; at: number } {
  let largest = { ulp: 0, at: 0 };
  for (let start = 0; start < count; start += BLOCK) {
    for (let i = 0; i < BLOCK; i++) inputBits[i] = bitsOf(Math.min(start + i, count - 1));
    run(name);
    for (let i = 0; i < BLOCK; i++) {
      const distance = error(output[i]!, exact[name](input[i]!));
      if (distance > largest.ulp) largest = { ulp: distance, at: input[i]! };
    }
  }
  return largest;
}

const bitsOfFloat = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;

/** The results for a few values, four at a time. */
function evaluate(name: VectorFunctionName, values: readonly number[], form?: Form): number[] {
  input.fill(0);
  input.set(values);
  run(name, form);
  return [...output.subarray(0, values.length)];
}

describe.each(names)("%s", (name) => {
  it("is as close as stated all over the floats", () => {
    const largest = worst(name, Math.floor(2 ** 32 / 997), (i) => i * 997);
    expect(largest.ulp).toBeLessThan(stated[name]);
    expect(largest.ulp).toBeGreaterThan(0.5); // the error of rounding alone: the measure sees errors
  });

  const LN2 = Math.LN2;
  const boundaries: { readonly [Name in VectorFunctionName]: readonly number[] } = {
    exp: [0, ...[-150, -149.5, -126.5, -126, -1.5, -0.5, 0.5, 1.5, 127.5, 128].map((turns) => turns * LN2), -104, 89],
    log: [2 ** -149, 2 ** -126, Math.SQRT1_2, Math.SQRT2, 1, 2, 2 ** 127],
    tanh: [0, 0.55, LN2 / 4, (3 * LN2) / 4, 9.01, 10],
    sigmoid: [0, ...[-150, -126, -0.5, 0.5].map((turns) => turns * LN2), -104, 16.6, 104],
    erf: [0, 1.1, 3.83, 4],
  };
  it.each(boundaries[name])("is as close as stated around %d", (boundary) => {
    const center = bitsOfFloat(boundary);
    expect(worst(name, BLOCK, (i) => (center + i - BLOCK / 2) >>> 0).ulp).toBeLessThan(stated[name]);
    expect(worst(name, BLOCK, (i) => (bitsOfFloat(-boundary) + i - BLOCK / 2) >>> 0).ulp).toBeLessThan(stated[name]);
  });

  it("is the same function when called", () => {
    const values = Array.from({ length: 64 }, (_, i) => (i - 32) / 7);
    expect(evaluate(name, values, "called")).toEqual(evaluate(name, values, "inline"));
  });
});

const LEAST = 2 ** -149;
it.each<[VectorFunctionName, readonly number[], readonly number[]]>([
  ["exp", [NaN, Infinity, -Infinity, 0, -0, LEAST, -103.97, -104, 88.73], [NaN, Infinity, 0, 1, 1, 1, LEAST, 0, Infinity]],
  ["log", [NaN, Infinity, -Infinity, 0, -0, -1, -LEAST, 1], [NaN, Infinity, NaN, -Infinity, -Infinity, NaN, NaN, 0]],
  ["tanh", [NaN, Infinity, -Infinity, 0, -0, LEAST, -LEAST, 1e30], [NaN, 1, -1, 0, -0, LEAST, -LEAST, 1]],
  ["sigmoid", [NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, -103.97], [NaN, 1, 0, 0.5, 0.5, 1, 0, LEAST]],
  ["erf", [NaN, Infinity, -Infinity, 0, -0, LEAST, -LEAST, -1e30], [NaN, 1, -1, 0, -0, LEAST, -LEAST, -1]],
])("%s of %j is IEEE", (name, values, wanted) => {
  expect(evaluate(name, values)).toStrictEqual(wanted);
});

it("adds a function once, and only what is asked for", () => {
  const module = new ModuleBuilder(limits);
  const math = vectorMath(module);
  const empty = module.toBytes().length;
  expect(math("exp")).toBe(math("exp"));
  const one = module.toBytes().length;
  expect(one).toBeGreaterThan(empty);
  math("log");
  expect(module.toBytes().length).toBeGreaterThan(one);
});
