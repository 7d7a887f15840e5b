import { TANH_GELU_CUBIC, TANH_GELU_LINEAR } from "../decompose.js";
import { type Node, type NodeOf, type OpName, type SourceOp, sizeOf } from "../ir.js";
import { lowerUniform } from "./lower-uniform.js";
import { type ModelBuilder } from "./model-builder.js";
import { elementType } from "./onnx-messages.js";

/** Writes an op as ONNX nodes of opset 20, given the names of its inputs; the result is the name of its value. */
type LowerRule<K extends OpName> = (model: ModelBuilder, node: NodeOf<K>, inputs: readonly string[]) => string;

const MICROSOFT = "com.microsoft";

const as = (type: string): LowerRule<OpName> => (model, _, inputs) => model.emit(type, inputs);
const overLastAxis = (type: string): LowerRule<OpName> => (model, _, [x]) => model.emit(type, [x!], { axis: -1 });

const lowerRules: { readonly [K in Exclude<OpName, SourceOp>]: LowerRule<K> } = {
  neg: as("Neg"), exp: as("Exp"), log: as("Log"), sqrt: as("Sqrt"), tanh: as("Tanh"), sigmoid: as("Sigmoid"), erf: as("Erf"),
  add: as("Add"), sub: as("Sub"), mul: as("Mul"), div: as("Div"), equal: as("Equal"), less: as("Less"),
  // ONNX Runtime has no Where of booleans: c ? x : y = (c and x) or (not c and y)
  where: (model, { dtype }, [c, x, y]) =>
    dtype === "bool" ? model.emit("Or", [model.emit("And", [c!, x!]), model.emit("And", [model.emit("Not", [c!]), y!])]) : model.emit("Where", [c!, x!, y!]),
  stopGradient: (_model, _node, [x]) => x!,
  keep: (_model, _node, [x]) => x!,
  // Both branches are x: the condition is there to be waited for.
  after: (model, { inputs: [, moment] }, [x, waited]) =>
    model.dialect === "onnxruntime" ? model.emit("Where", [model.emit("IsNaN", [firstElement(model, moment!, waited!)]), x!, x!]) : x!,
  cast: (model, { attrs: { to } }, [x]) => model.emit("Cast", [x!], { to: elementType[to] }),
  matmul: (model, node, inputs) => {
    const lowerProduct = node.inputs.every(({ shape }) => shape.length === 2) ? lowerMatrixProduct : lowerBatchedProduct;
    return lowerProduct(model, node, inputs);
  },
  reduceSum: (model, node, [x]) =>
    model.dialect === "onnxruntime" && sumsRows(node) ? sumRows(model, node, x!) : reduce(model, "ReduceSum", x!, node.attrs.axes),
  reduceMax: (model, { attrs: { axes } }, [x]) => reduce(model, "ReduceMax", x!, axes),
  reshape: (model, { attrs: { shape } }, [x]) => model.emit("Reshape", [model.beforeReshape(x!), model.ints(shape)]),
  expand: (model, { attrs: { shape } }, [x]) => model.emit("Expand", [x!, model.ints(shape)]),
  transpose: (model, { attrs: { perm } }, [x]) => model.emit("Transpose", [x!], { perm }),
  slice: (model, node, [x]) => {
    const { starts, ends } = node.attrs;
    const axes = axesWhere(node, (size, axis) => starts[axis] !== 0 || ends[axis] !== size);
    const at = (positions: readonly number[]): string => model.ints(axes.map((axis) => positions[axis]!));
    return axes.length === 0 ? x! : model.emit("Slice", [x!, at(starts), at(ends), model.ints(axes)]);
  },
  pad: (model, node, [x]) => {
    const { before, after } = node.attrs;
    const axes = axesWhere(node, (_, axis) => before[axis] !== 0 || after[axis] !== 0);
    const amounts = [before, after].flatMap((each) => axes.map((axis) => each[axis]!));
    return axes.length === 0 ? x! : model.emit("Pad", [x!, model.ints(amounts), model.scalar(0), model.ints(axes)]);
  },
  concat: (model, { attrs: { axis } }, inputs) => model.emit("Concat", inputs, { axis }),
  gather: (model, { inputs: [table, which] }, [x, ids]) => model.emit("Gather", [x!, idsFromZero(model, which!, ids!, table!.shape[0]!)], { axis: 0 }),
  scatterAdd: (model, node, [base, ids, rows]) => {
    const lowerScatter = model.dialect === "onnxruntime" ? scatterInTurn : scatterRows;
    return lowerScatter(model, node, [base!, idsFromZero(model, node.inputs[1]!, ids!, node.shape[0]!), rows!]);
  },
  uniform: (model, node, [seed]) => lowerUniform(model, node, seed!),

  linear: (model, _, inputs) => model.emit("Gemm", inputs, { transB: 1 }),
  softmax: overLastAxis("Softmax"),
  logSoftmax: overLastAxis("LogSoftmax"),
  layerNorm: (model, { attrs: { epsilon } }, inputs) => model.emit("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }),
  standardize: (model, { attrs: { epsilon }, shape }, [x]) => standardized(model, x!, shape.at(-1)!, epsilon).y,
  // dx = dy r - y mean(dy y) r - mean(dy) r with r = 1 / deviation: factors of a row, which cost nothing, before those of an element
  standardizeGradient: (model, { attrs: { epsilon }, shape }, [x, dy]) => {
    const { y, inverseDeviation } = standardized(model, x!, shape.at(-1)!, epsilon);
    const scaledMean = (value: string): string => model.emit("Mul", [reduce(model, "ReduceMean", value, [shape.length - 1]), inverseDeviation]);
    const along = model.emit("Mul", [y, scaledMean(model.emit("Mul", [dy!, y]))]);
    const across = model.emit("Sub", [model.emit("Mul", [dy!, inverseDeviation]), along]);
    return model.emit("Sub", [across, scaledMean(dy!)]);
  },
  gelu: (model, { attrs: { approximate } }, [x]) => model.emit("Gelu", [x!], { approximate }),
  geluGradient: (model, { attrs: { approximate } }, [x, dy]) =>
    model.emit("Mul", [dy!, approximate === "none" ? geluSlope(model, x!) : tanhGeluSlope(model, x!)]),
  crossEntropy: (model, _, [logits, labels]) => {
    const ofLabel = model.emit("GatherElements", [model.emit("LogSoftmax", [logits!], { axis: -1 }), column(model, labels!)], { axis: 1 }); // [rows, 1]
    return model.emit("Neg", [model.emit("Squeeze", [ofLabel, model.ints([1])])]);
  },
  // dx = (softmax(x), less 1 at the label) dy
  crossEntropyGradient: (model, { shape: [rows] }, [logits, labels, dy]) => {
    const probabilities = model.emit("Softmax", [logits!], { axis: -1 });
    const excess = model.emit("ScatterElements", [probabilities, column(model, labels!), model.filled("f32", [rows!, 1], -1)], { axis: 1, reduction: "add" });
    return model.emit("Mul", [excess, column(model, dy!)]);
  },
};

/** Emits any op that is computed. */
export const lower = (model: ModelBuilder, node: Node, inputs: readonly string[]): string =>
  (lowerRules[node.op as Exclude<OpName, SourceOp>] as LowerRule<OpName>)(model, node, inputs);

const axesWhere = ({ inputs: [x] }: Node, holds: (size: number, axis: number) => boolean): number[] =>
  x!.shape.flatMap((size, axis) => (holds(size, axis) ? [axis] : []));

/** A scalar that any run has to compute the whole value for. */
function firstElement(model: ModelBuilder, { shape }: Node, value: string): string {
  const all = (position: number): string => model.ints(shape.map(() => position));
  return shape.length === 0 ? value : model.emit("Reshape", [model.emit("Slice", [value, all(0), all(1)]), model.ints([])]);
}

/** No axes mean all of them to ONNX, and none here. */
const reduce = (model: ModelBuilder, type: string, x: string, axes: readonly number[]): string =>
  axes.length === 0 ? x : model.emit(type, [x, model.ints(axes)], { keepdims: 1 });

/** Whether the sum is over all leading axes, as a bias's gradient is. */
const sumsRows = ({ attrs: { axes }, inputs: [x] }: NodeOf<"reduceSum">): boolean =>
  axes.length > 0 && axes.length < x!.shape.length && axes.every((axis) => axis < axes.length) && new Set(axes).size === axes.length;

/** A sum over rows as the product with a row of ones, half the time of ONNX Runtime's ReduceSum. */
function sumRows(model: ModelBuilder, { inputs: [x], shape, attrs: { axes } }: NodeOf<"reduceSum">, value: string): string {
  const rows = sizeOf(x!.shape.slice(0, axes.length));
  const width = sizeOf(x!.shape.slice(axes.length));
  const matrix = model.emit("Reshape", [value, model.ints([rows, width])]);
  return model.emit("Reshape", [model.emit("MatMul", [model.filled("f32", [1, rows], 1), matrix]), model.ints(shape)]);
}

const scatterRows: LowerRule<"scatterAdd"> = (model, node, [base, ids, rows]) => {
  const wide = model.emit("Cast", [ids!], { to: elementType.i64 });
  const positions = model.emit("Unsqueeze", [wide, model.ints([node.inputs[1]!.shape.length])]); // [...ids, 1]
  return model.emit("ScatterND", [base!, positions, rows!], { reduction: "add" });
};

/** ONNX counts an id below 0 from the end of the table. Here it is no row of it: for our own runs such an id becomes one that the engine refuses. */
function idsFromZero(model: ModelBuilder, { op }: Node, ids: string, rows: number): string {
  if (model.dialect === "onnx" || op === "constant") return ids;
  return model.emit("Where", [model.emit("Less", [ids, model.constant("i32", [], [0])]), model.constant("i32", [], [rows]), ids]);
}

/**
 * ONNX Runtime adds the rows of a ScatterND on several threads without a lock: rows of one id race, so sums differ from run to run and an
 * addend may be lost. It adds those of ScatterElements one after another.
 */
const scatterInTurn: LowerRule<"scatterAdd"> = (model, node, [base, ids, rows]) => {
  const count = sizeOf(node.inputs[1]!.shape);
  const width = sizeOf(node.shape.slice(1));
  const asMatrix = (value: string, height: number): string => model.emit("Reshape", [value, model.ints([height, width])]);
  const column = model.emit("Cast", [model.emit("Reshape", [ids!, model.ints([count, 1])])], { to: elementType.i64 });
  const positions = model.emit("Expand", [column, model.ints([count, width])]);
  const sums = model.emit("ScatterElements", [asMatrix(base!, node.shape[0]!), positions, asMatrix(rows!, count)], { axis: 0, reduction: "add" });
  return model.emit("Reshape", [sums, model.ints(node.shape)]);
};

/** `[rows] -> [rows, 1]` */
const column = (model: ModelBuilder, x: string): string => model.emit("Unsqueeze", [x, model.ints([1])]);

function lowerMatrixProduct(model: ModelBuilder, { attrs: { transposeA, transposeB, alpha } }: NodeOf<"matmul">, inputs: readonly string[]): string {
  if (!transposeA && !transposeB && alpha === 1) return model.emit("MatMul", inputs);
  return model.emit("Gemm", inputs, { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: alpha } });
}

function lowerBatchedProduct(model: ModelBuilder, node: NodeOf<"matmul">, inputs: readonly string[]): string {
  const { transposeA, transposeB, alpha } = node.attrs;
  if (!transposeA && !transposeB && alpha === 1) return model.emit("MatMul", inputs);
  if (model.dialect === "onnxruntime") {
    return model.emit("FusedMatMul", inputs, { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: alpha } }, MICROSOFT);
  }
  const operands = inputs.map((name, i) => ([transposeA, transposeB][i]! ? transposeLast(model, name, node.inputs[i]!.shape.length) : name));
  const product = model.emit("MatMul", operands);
  return alpha === 1 ? product : model.emit("Mul", [product, model.scalar(alpha)]);
}

const transposeLast = (model: ModelBuilder, x: string, rank: number): string =>
  model.emit("Transpose", [x], { perm: [...Array(rank - 2).keys(), rank - 1, rank - 2] });

/**
 * A LayerNormalization with unit gain: one pass over x, where (x - mean) * inverse deviation from the forward's own outputs would be two.
 * A value and its gradient share the node.
 */
function standardized(model: ModelBuilder, x: string, width: number, epsilon: number): { y: string; inverseDeviation: string } {
  const [y, , inverseDeviation] = model.emitAll("LayerNormalization", [x, model.filled("f32", [width], 1)], 3, { axis: -1, epsilon: { float: epsilon } });
  return { y: y!, inverseDeviation: inverseDeviation! };
}

/**
 * Phi(x) + x phi(x). With u = x / sqrt 2: Phi(x) = (erf(u) + 1) / 2 is the linear part of a hard sigmoid, a single pass,
 * and x phi(x) = u / (sqrt(pi) e^(u^2)), which goes to zero as it should where the power overflows.
 */
function geluSlope(model: ModelBuilder, x: string): string {
  const u = model.emit("Mul", [x, model.scalar(Math.SQRT1_2)]);
  const cumulative = model.emit("HardSigmoid", [model.emit("Erf", [u])], { alpha: { float: 0.5 }, beta: { float: 0.5 } });
  const power = model.emit("Exp", [square(model, u)]);
  const weighted = model.emit("Div", [model.emit("Mul", [u, model.scalar(1 / Math.sqrt(Math.PI))]), power]);
  return model.emit("Add", [cumulative, weighted]);
}

/** s (1 + (1 - s) x w') where s = sigmoid(w) and w = LINEAR x + CUBIC x^3. With h = CUBIC x^2: w = x (h + LINEAR) and x w' = x (3 h + LINEAR). */
function tanhGeluSlope(model: ModelBuilder, x: string): string {
  const h = square(model, model.emit("Mul", [x, model.scalar(Math.sqrt(TANH_GELU_CUBIC))]));
  const s = model.emit("Sigmoid", [model.emit("Mul", [x, model.emit("Add", [h, model.scalar(TANH_GELU_LINEAR)])])]);
  const climb = model.emit("Mul", [x, model.emit("Add", [model.emit("Mul", [h, model.scalar(3)]), model.scalar(TANH_GELU_LINEAR)])]);
  const rest = model.emit("Mul", [model.emit("Sub", [model.scalar(1), s]), climb]);
  return model.emit("Mul", [s, model.emit("Add", [rest, model.scalar(1)])]);
}

/** x^2, in a pass that reads x once. */
const square = (model: ModelBuilder, x: string): string => model.emit("Pow", [x, model.scalar(2)]);
