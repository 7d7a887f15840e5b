import { GraphError } from "./graph-error.js";
import { inferRules, isShape } from "./infer.js";
import { type ConstantData, type DType, type GeluForm, type Node, type NodeOf, type OpAttrs, type OpName, type Shape, type SourceOp, sizeOf } from "./ir.js";

function apply<K extends Exclude<OpName, SourceOp>>(op: K, inputs: readonly Node[], attrs: OpAttrs[K]): Node {
  const { dtype, shape } = inferRules[op](inputs, attrs);
  return { op, inputs, attrs, dtype, shape } as NodeOf<K> as Node;
}

function checkShape(shape: Shape, what: string): void {
  if (!isShape(shape)) throw new GraphError("graph/shape", `graph: ${what} needs positive whole sizes, got [${shape}]`);
}

// --- Sources -----------------------------------------------------------------------------------------------------

/** An input of the graph, fed by name when it runs. */
export function parameter(name: string, shape: Shape, dtype: DType = "f32"): Node {
  checkShape(shape, `parameter ${name}`);
  return { op: "parameter", inputs: [], attrs: { name }, shape, dtype };
}
/** A fixed tensor: one number for every element, or all elements in row-major order. */
export function constant(data: number | ArrayLike<number>, shape: Shape, dtype: DType = "f32"): Node {
  checkShape(shape, "constant");
  const values: ConstantData = typeof data === "number" ? data : Float64Array.from(data);
  if (typeof values !== "number" && values.length !== sizeOf(shape)) {
    throw new GraphError("graph/shape", `graph: constant [${shape}] needs ${sizeOf(shape)} numbers, got ${values.length}`);
  }
  return { op: "constant", inputs: [], attrs: { data: values }, shape, dtype };
}
export const scalar = (value: number, dtype: DType = "f32"): Node => constant(value, [], dtype);
export const zeros = (shape: Shape): Node => constant(0, shape);

// --- Element-wise ------------------------------------------------------------------------------------------------

/** A tensor, or a number that stands for a scalar of the other operand's dtype. */
export type Operand = Node | number;
type BinaryOp = "add" | "sub" | "mul" | "div" | "equal" | "less";
const binary = (op: BinaryOp, x: Operand, y: Operand): Node => apply(op, liftNumbers(x, y), {});
function liftNumbers(...operands: [Operand, Operand]): Node[] {
  const dtype = operands.find((operand) => typeof operand !== "number")?.dtype ?? "f32";
  return operands.map((operand) => (typeof operand === "number" ? scalar(operand, dtype) : operand));
}

export const neg = (x: Node): Node => apply("neg", [x], {});
export const exp = (x: Node): Node => apply("exp", [x], {});
export const log = (x: Node): Node => apply("log", [x], {});
export const sqrt = (x: Node): Node => apply("sqrt", [x], {});
export const tanh = (x: Node): Node => apply("tanh", [x], {});
export const sigmoid = (x: Node): Node => apply("sigmoid", [x], {});
export const erf = (x: Node): Node => apply("erf", [x], {});
/** The same value, through which no gradient flows. */
export const stopGradient = (x: Node): Node => apply("stopGradient", [x], {});
/** The same value, marked as one that is kept for the backward pass where others are computed again; see `gradients`. */
export const keep = (x: Node): Node => apply("keep", [x], {});
/** The value of `x`, which no op reads before `moment` is computed. */
export const after = (x: Node, moment: Node): Node => apply("after", [x, moment], {});
export const add = (x: Operand, y: Operand): Node => binary("add", x, y);
export const sub = (x: Operand, y: Operand): Node => binary("sub", x, y);
export const mul = (x: Operand, y: Operand): Node => binary("mul", x, y);
/** x / y; between i32 rounded towards zero, and anything at all where y is 0. */
export const div = (x: Operand, y: Operand): Node => binary("div", x, y);
export const equal = (x: Operand, y: Operand): Node => binary("equal", x, y);
export const less = (x: Operand, y: Operand): Node => binary("less", x, y);
export const where = (condition: Node, x: Operand, y: Operand): Node => {
  return apply("where", [condition, ...liftNumbers(x, y)], {});
};
/** `x` in another dtype: to a whole number rounded towards zero, to bool whether it is not 0. */
export const cast = (x: Node, to: DType): Node => (x.dtype === to ? x : apply("cast", [x], { to }));

// --- Contractions and reductions ---------------------------------------------------------------------------------

export interface MatmulOptions {
  /** Read the last two axes of `a` as transposed. Default false. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor of the product. Default 1. */
  readonly alpha?: number;
}
/** alpha * a @ b over the last two axes; leading axes broadcast. `[..., m, k] @ [..., k, n] -> [..., m, n]` */
export const matmul = (a: Node, b: Node, { transposeA = false, transposeB = false, alpha = 1 }: MatmulOptions = {}): Node =>
  apply("matmul", [a, b], { transposeA, transposeB, alpha });

const fromEnd = (x: Node, axes: readonly number[]): number[] => axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
/** Sum over `axes` (negative ones count from the end), which stay with size 1. */
export const reduceSum = (x: Node, axes: readonly number[]): Node => apply("reduceSum", [x], { axes: fromEnd(x, axes) });
export const reduceMax = (x: Node, axes: readonly number[]): Node => apply("reduceMax", [x], { axes: fromEnd(x, axes) });
export const reduceMean = (x: Node, axes: readonly number[]): Node => div(reduceSum(x, axes), axes.reduce((count, axis) => count * x.shape.at(axis)!, 1));
/** Sum of all elements, as a scalar. */
export const sumAll = (x: Node): Node => reshape(reduceSum(x, x.shape.map((_, i) => i)), []);

// --- Layout ------------------------------------------------------------------------------------------------------

export const reshape = (x: Node, shape: Shape): Node => apply("reshape", [x], { shape });
export const expand = (x: Node, shape: Shape): Node => apply("expand", [x], { shape });
export const transpose = (x: Node, perm: readonly number[]): Node => apply("transpose", [x], { perm });
export const slice = (x: Node, starts: readonly number[], ends: readonly number[]): Node => apply("slice", [x], { starts, ends });
/** Zeros around `x`. */
export const pad = (x: Node, before: readonly number[], after: readonly number[]): Node => apply("pad", [x], { before, after });
export const concat = (xs: readonly Node[], axis: number): Node => apply("concat", xs, { axis });

// --- Rows of a table ---------------------------------------------------------------------------------------------

/** Rows `ids` of `table`, each in 0..rows-1: `[rows, ...row], [...ids] -> [...ids, ...row]` */
export const gather = (table: Node, ids: Node): Node => apply("gather", [table, ids], {});
/** `base` with `rows[i]` added to its row `ids[i]`; an id may come more than once. */
export const scatterAdd = (base: Node, ids: Node, rows: Node): Node => apply("scatterAdd", [base, ids, rows], {});

// --- Randomness --------------------------------------------------------------------------------------------------

/**
 * Numbers in [0, 1), multiples of 2^-24 and equally likely, each a function of the seed and of its place alone: the same bits on every engine, the same
 * numbers wherever a graph asks again. Different seeds give unrelated numbers. `i32[] -> [...shape]`
 */
export const uniform = (seed: Node, shape: Shape): Node => apply("uniform", [seed], { shape });

// --- Composites --------------------------------------------------------------------------------------------------

/** x W^T + b: `[rows, in], [out, in], [out] -> [rows, out]` */
export const linear = (x: Node, weight: Node, bias: Node): Node => apply("linear", [x, weight, bias], {});
/** Over the last axis. */
export const softmax = (x: Node): Node => apply("softmax", [x], {});
export const logSoftmax = (x: Node): Node => apply("logSoftmax", [x], {});
/** (x - mean) / sqrt(variance + epsilon) over the last axis. */
export const standardize = (x: Node, epsilon: number): Node => apply("standardize", [x], { epsilon });
/** Cotangent of `x` in `standardize(x)`, given that of the result. */
export const standardizeGradient = (x: Node, dy: Node, epsilon: number): Node => apply("standardizeGradient", [x, dy], { epsilon });
/** standardize(x) * gain + bias: `[..., width], [width], [width] -> [..., width]` (Ba et al. 2016) */
export const layerNorm = (x: Node, gain: Node, bias: Node, epsilon: number): Node => apply("layerNorm", [x, gain, bias], { epsilon });
export const gelu = (x: Node, approximate: GeluForm = "none"): Node => apply("gelu", [x], { approximate });
/** Cotangent of `x` in `gelu(x)`, given that of the result. */
export const geluGradient = (x: Node, dy: Node, approximate: GeluForm = "none"): Node => apply("geluGradient", [x, dy], { approximate });
/** -log softmax(logits)[label] of each row, in nats: `f32[rows, classes], i32[rows] -> f32[rows]`. Labels must lie in 0..classes - 1; what others give, or whether they are refused, is up to the engine. */
export const crossEntropy = (logits: Node, labels: Node): Node => apply("crossEntropy", [logits, labels], {});
/** (softmax(logits) - one-hot(labels)) * dy: the cotangent of `logits`, given that of each row's loss. */
export const crossEntropyGradient = (logits: Node, labels: Node, dy: Node): Node => apply("crossEntropyGradient", [logits, labels, dy], {});
