import { type Expr } from "./expression.js";
import { type Func, type FunctionBuilder, type Local } from "./function-builder.js";
import { type ModuleBuilder } from "./module-builder.js";
import { i32 } from "./scalars.js";
import { f32x4, i32x4, v128 } from "./vectors.js";

// Polynomials below are minimax fits (Remez exchange in double precision on the target evaluated to 40 digits), weighted so that their error is
// even in ulps of the result. Coefficients were rounded to float32 from the lowest on, the rest refitted after each, so that rounding costs nothing.

type Vector = Expr<"v128">;
type Body = Pick<FunctionBuilder, "let">;
const { abs, add, div, mul, sub } = f32x4;
const constant = (value: number): Vector => f32x4.const(value);
const ONE = constant(1);

/** Coefficients from the lowest power on (Horner's rule). */
const polynomial = (x: Local<"v128">, coefficients: readonly number[]): Vector =>
  coefficients.map(constant).reduceRight((sum, coefficient) => add(mul(sum, x), coefficient));

/** The size of `size` with the sign of `sign`. */
const withSign = (size: Vector, sign: Vector): Vector => v128.bitselect(sign, size, i32x4.const(0x80000000));

/** `value` within bounds, NaN where it is NaN: pmin and pmax give their first operand unless the second is less, or more. */
const clamp = (value: Vector, low: number, high: number): Vector => f32x4.pmax(f32x4.pmin(value, constant(high)), constant(low));

/** ln 2 in two pieces; products of the first with integers below 2^15 are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;
/** Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits of the sum. */
const ROUNDER = 1.5 * 2 ** 23;
const ROUNDER_BITS = 0x4b400000;

/** (e^r - 1 - r) / r^2 on |r| <= 0.347; relative error of e^r below 2^-27. */
const EXP = [0.5, 0.16666488349437714, 0.041665561497211456, 0.00837224256247282, 0.0014032874023541808];

/** e^x = 2^exponent * power with power in [0.7, 1.42], for |x| < 2^15. */
function splitExp(f: Body, x: Vector): { readonly exponent: Local<"v128">; readonly power: Vector } {
  const value = f.let(x);
  const rounded = f.let(add(mul(value, constant(Math.LOG2E)), constant(ROUNDER)));
  const turns = f.let(sub(rounded, constant(ROUNDER)));
  // r = x - turns * ln 2 = high - low; high is exact, and the sum below has both, so that rounding r matters in r^2 alone
  const high = f.let(sub(value, mul(turns, constant(LN2_HIGH))));
  const low = f.let(mul(turns, constant(LN2_LOW)));
  const r = f.let(sub(high, low));
  const power = add(add(high, sub(mul(mul(r, r), polynomial(r, EXP)), low)), ONE);
  return { exponent: f.let(i32x4.sub(rounded, i32x4.const(ROUNDER_BITS))), power };
}

/** 2^n for integers n in [-126, 127]. */
const powerOfTwo = (n: Vector): Vector => i32x4.shl(i32x4.add(n, i32x4.const(127)), i32.const(23));

/** Beyond these e^x is 0 and Infinity. */
const EXP_RANGE = [-104, 89] as const;

function exp(f: Body, x: Vector): Vector {
  const { exponent, power } = splitExp(f, clamp(x, ...EXP_RANGE));
  // 2^exponent in two factors: the first product is exact, so that a denormal result is rounded once
  const half = f.let(i32x4.shrS(exponent, i32.const(1)));
  return mul(mul(power, powerOfTwo(half)), powerOfTwo(i32x4.sub(exponent, half)));
}

/** 1 / (1 + e^-x): with e = e^-|x| and u = e / (1 + e), it is 1 - u for x >= 0 and u = e - e u for x < 0, where 1 + e has lost low bits of e. */
function sigmoid(f: Body, x: Vector): Vector {
  const value = f.let(x);
  const e = f.let(exp(f, f32x4.neg(abs(value))));
  const u = div(e, add(e, ONE));
  const first = f.let(v128.bitselect(e, ONE, f32x4.lt(value, constant(0))));
  return sub(first, mul(first, u));
}

/** (tanh x / x - 1) / x^2 in powers of x^2, on |x| < 0.56. */
const TANH = [-0.3333331346511841, 0.13332436978816986, -0.053835757076740265, 0.021000536158680916, -0.006170325912535191];
const TANH_SMALL = 0.55;
/** Beyond it tanh is 1. */
const TANH_RANGE = 10;

/** x + x^3 TANH(x^2) near zero, 1 - 2 e / (1 + e) with e = e^(-2 |x|) elsewhere. */
function tanh(f: Body, x: Vector): Vector {
  const value = f.let(x);
  const size = f.let(abs(value));
  const square = f.let(mul(size, size));
  const near = add(size, mul(mul(size, square), polynomial(square, TANH)));
  const { exponent, power } = splitExp(f, f32x4.pmax(mul(size, constant(-2)), constant(-2 * TANH_RANGE)));
  const e = f.let(mul(power, powerOfTwo(exponent)));
  const far = sub(ONE, div(add(e, e), add(e, ONE)));
  return withSign(v128.bitselect(near, far, f32x4.lt(size, constant(TANH_SMALL))), value);
}

/** (log(1 + t) - t + t^2 / 2) / t^3 for 1 + t in [sqrt 1/2, sqrt 2]. */
const LOG = [
  0.3333331346511841, -0.2500016987323761, 0.20002225041389465, -0.16659213602542877, 0.14209435880184174, -0.12552103400230408,
  0.12111785262823105, -0.10907547920942307, 0.053272146731615067,
];
const SQRT_HALF_BITS = 0x3f3504f3;
const LEAST_NORMAL = 2 ** -126;

/** x = 2^exponent (1 + t): log x = exponent ln 2 + log(1 + t). */
function log(f: Body, x: Vector): Vector {
  const value = f.let(x);
  const small = f.let(f32x4.lt(value, constant(LEAST_NORMAL)));
  const normal = f.let(v128.bitselect(mul(value, constant(2 ** 23)), value, small));
  const exponent = f.let(i32x4.shrS(i32x4.sub(normal, i32x4.const(SQRT_HALF_BITS)), i32.const(23)));
  const t = f.let(sub(i32x4.sub(normal, i32x4.shl(exponent, i32.const(23))), ONE));
  const turns = f.let(f32x4.convertI32x4S(i32x4.sub(exponent, v128.and(small, i32x4.const(23)))));
  const square = f.let(mul(t, t));
  const tail = add(mul(mul(t, square), polynomial(t, LOG)), sub(mul(turns, constant(LN2_LOW)), mul(square, constant(0.5))));
  const finite = add(mul(turns, constant(LN2_HIGH)), add(t, tail));
  // Infinity and NaN are their own logarithms; all ones are a NaN
  const positive = v128.bitselect(finite, value, f32x4.lt(value, constant(Infinity)));
  return v128.bitselect(constant(-Infinity), v128.or(positive, f32x4.lt(value, constant(0))), f32x4.eq(value, constant(0)));
}

/** erf x / x - 1 in powers of x^2, on |x| <= 1.1. */
const ERF = [
  0.12837916612625122, -0.37612611055374146, 0.11283364146947861, -0.026843518018722534, 0.005167731083929539, -0.0007824739441275597,
  7.23606935935095e-05,
];
const ERF_SMALL = 1.1;
/** The fourth root of 1 - erf x in powers of x - 2.25, on [1.1, 4]; beyond 4 erf is 1. */
const ERFC_ROOT = [
  0.19556452333927155, -0.23872821033000946, 0.10001590847969055, -0.004158792085945606, -0.00975023489445448, 0.0023634303361177444,
  0.00041267185588367283, -0.00017630544607527554,
];
const ERFC_CENTER = 2.25;
const ERF_RANGE = 4;

function erf(f: Body, x: Vector): Vector {
  const value = f.let(x);
  const size = f.let(abs(value));
  const square = f.let(mul(size, size));
  const near = add(size, mul(size, polynomial(square, ERF)));
  const shifted = f.let(sub(f32x4.pmin(size, constant(ERF_RANGE)), constant(ERFC_CENTER)));
  const root = f.let(polynomial(shifted, ERFC_ROOT));
  const squareRoot = f.let(mul(root, root));
  const far = sub(ONE, mul(squareRoot, squareRoot));
  return withSign(v128.bitselect(near, far, f32x4.lt(size, constant(ERF_SMALL))), value);
}

export type VectorFunctionName = "exp" | "log" | "tanh" | "sigmoid" | "erf";

/**
 * Functions of four floats at once: each writes its statements into `f` and gives the result.
 *
 * Errors against the exact value are below 2 ulp over the whole range: 0.92 for exp, 0.88 for log, 1.5 for tanh, 1.82 for sigmoid, 1.53 for erf.
 * Zeros, infinities and NaN give what IEEE 754 recommends; denormal results are rounded, not flushed.
 */
export const vectorFunctions: { readonly [Name in VectorFunctionName]: (f: Body, x: Vector) => Vector } = { exp, log, tanh, sigmoid, erf };

/** The functions of one module that compute `vectorFunctions`, added when first asked for. */
export function vectorMath(module: ModuleBuilder): (name: VectorFunctionName) => Func<readonly ["v128"], readonly ["v128"]> {
  const added = new Map<VectorFunctionName, Func<readonly ["v128"], readonly ["v128"]>>();
  return (name) => {
    const earlier = added.get(name);
    if (earlier !== undefined) return earlier;
    const func = module.func(name, { params: ["v128"], results: ["v128"] });
    added.set(name, func);
    func.return(vectorFunctions[name](func, func.param(0)));
    return func;
  };
}
