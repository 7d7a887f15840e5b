import { type DType, UNIFORM_STEP, type WordOps, uniformBits } from "@bort/graph";
import { type ElementOp } from "../plan/cluster.js";
import { type Expr } from "../wasm/expression.js";
import { type FunctionBuilder } from "../wasm/function-builder.js";
import { i32, select } from "../wasm/scalars.js";
import { vectorFunctions } from "../wasm/vector-math.js";
import { f32x4, i32x4, v128 } from "../wasm/vectors.js";

type V128 = Expr<"v128">;

/** An element-wise op on four elements; in registers a boolean is a lane of ones or zeros. Operands that are used twice are locals. */
export function elementOp(op: ElementOp, from: DType, to: DType, inputs: readonly V128[], f: FunctionBuilder): V128 {
  const [x, y, z] = inputs as [V128, V128, V128];
  const whole = from === "i32" || from === "i64";
  switch (op) {
    case "neg":
      return f32x4.neg(x);
    case "sqrt":
      return f32x4.sqrt(x);
    case "exp": case "log": case "tanh": case "sigmoid": case "erf":
      return vectorFunctions[op](f, f.let(x));
    case "add":
      return whole ? i32x4.add(x, y) : f32x4.add(x, y);
    case "sub":
      return whole ? i32x4.sub(x, y) : f32x4.sub(x, y);
    case "mul":
      return whole ? i32x4.mul(x, y) : f32x4.mul(x, y);
    case "div":
      return whole ? divideIntegers(f.let(x), f.let(y), f) : f32x4.div(x, y);
    case "equal":
      return from === "f32" ? f32x4.eq(x, y) : i32x4.eq(x, y);
    case "less":
      return whole ? i32x4.ltS(x, y) : f32x4.lt(x, y);
    case "uniform":
      return uniform(x, y, f);
    case "where":
      return v128.bitselect(y, z, x);
    case "cast":
      return cast(x, from, to);
  }
}

const ones = f32x4.const(1);

function cast(x: V128, from: DType, to: DType): V128 {
  if (from === "bool") return v128.and(x, to === "f32" ? ones : i32x4.const(1));
  if (to === "bool") return from === "f32" ? f32x4.ne(x, f32x4.const(0)) : i32x4.ne(x, i32x4.const(0));
  if (from === "f32") return to === "f32" ? x : i32x4.truncSatF32x4S(x);
  return to === "f32" ? f32x4.convertI32x4S(x) : x;
}

/** Rounded towards zero; a lane behind the end of a row may hold anything, so that no divisor may trap. */
function divideIntegers(x: V128, y: V128, f: FunctionBuilder): V128 {
  return [0, 1, 2, 3].reduce<V128>((quotients, lane) => {
    const dividend = f.let(i32x4.extractLane(x, lane));
    const divisor = f.let(i32x4.extractLane(y, lane));
    const minusOne = f.let(i32.eq(divisor, i32.const(-1)));
    const safe = select(i32.or(minusOne, i32.eqz(divisor)), i32.const(1), divisor);
    return i32x4.replaceLane(quotients, lane, select(minusOne, i32.sub(i32.const(0), dividend), i32.divS(dividend, safe)));
  }, i32x4.const(0));
}

/** The bits become a float exactly, and their multiple of a power of two is exact. */
function uniform(seed: V128, index: V128, f: FunctionBuilder): V128 {
  const words: WordOps<V128> = {
    xor: (a, b) => f.let(v128.xor(a, b)),
    shiftRight: (a, bits) => f.let(i32x4.shrU(a, i32.const(bits))),
    multiply: (a, factor) => f.let(i32x4.mul(a, i32x4.const(factor))),
  };
  return f32x4.mul(f32x4.convertI32x4S(uniformBits(words, seed, index)), f32x4.const(UNIFORM_STEP));
}

/** A number in all lanes. */
export function constantVector(value: number, dtype: DType): V128 {
  if (dtype === "f32") return f32x4.const(Math.fround(value));
  return dtype === "bool" ? i32x4.const(value === 0 ? 0 : -1) : i32x4.const(value | 0);
}

/** Memory holds a boolean as 0 or 1. */
export const fromMemory = (x: V128, dtype: DType): V128 => (dtype === "bool" ? i32x4.ne(x, i32x4.const(0)) : x);
export const toMemory = (x: V128, dtype: DType): V128 => (dtype === "bool" ? v128.and(x, i32x4.const(1)) : x);
