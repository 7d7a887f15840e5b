import { describe, expect, test } from "vitest";
import { gradients } from "./autodiff.js";
import { type Node, type OpName, topologicalOrder } from "./ir.js";
import { type BuiltCase, type OpCase, buildCase, networkCase, opCases, weightedSum } from "./op-cases.js";
import * as op from "./ops.js";
import { print } from "./print.js";
import { evaluator } from "./reference.js";

const STEP = 1e-5;

/** Central differences of a scalar by each element of the feed `name`. */
function centralDifferences(loss: Node, values: BuiltCase["values"], name: string): number[] {
  const lossAt = evaluator([loss]);
  return values[name]!.map((value, i) => {
    const step = STEP * Math.max(1, Math.abs(value));
    const [above, below] = [step, -step].map((change) => lossAt({ ...values, [name]: values[name]!.with(i, value + change) })[0]![0]!);
    return (above! - below!) / (2 * step);
  });
}

/** The gradient graph's elements equal the differences, to 1e-6 of the largest of them. */
function expectDerivative(loss: Node, parameters: readonly Node[], values: BuiltCase["values"]): void {
  const computed = evaluator(gradients(loss, parameters))(values);
  for (const [i, parameter] of parameters.entries()) {
    const { name } = parameter.attrs as { readonly name: string };
    const wanted = centralDifferences(loss, values, name);
    const scale = Math.max(...wanted.map(Math.abs), 1e-3);
    const worst = Math.max(...wanted.map((want, k) => Math.abs(computed[i]![k]! - want))) / scale;
    expect(worst, `by ${name}: [${computed[i]}], differences [${wanted}]`).toBeLessThan(1e-6);
  }
}

const floats = ({ parameters }: BuiltCase): Node[] => parameters.filter(({ dtype }) => dtype === "f32");
const smoothCases = (name: OpName): BuiltCase[] =>
  opCases[name].filter(({ smooth }) => smooth).map(buildCase).filter((built) => built.output.dtype === "f32" && floats(built).length > 0);

describe("the gradient is the derivative", () => {
  for (const name of Object.keys(opCases) as OpName[]) {
    for (const built of smoothCases(name)) {
      test(`${name}: ${built.title}`, () => expectDerivative(weightedSum(built.output), floats(built), built.values));
    }
  }
  test("a small network", () => {
    const built = buildCase(networkCase);
    expectDerivative(weightedSum(built.output), floats(built), built.values);
  });
});

describe("the gradient's gradient is its derivative", () => {
  const nonlinear: readonly OpName[] = [
    "exp", "log", "sqrt", "tanh", "sigmoid", "erf", "mul", "div", "where", "matmul", "linear", "softmax", "logSoftmax",
    "standardize", "standardizeGradient", "layerNorm", "gelu", "geluGradient", "crossEntropy", "crossEntropyGradient",
  ];
  for (const name of nonlinear) {
    for (const built of smoothCases(name)) {
      test(`${name}: ${built.title}`, () => {
        const targets = floats(built);
        const slopes = gradients(weightedSum(built.output), targets).map(weightedSum).reduce((a, b) => op.add(a, b));
        expectDerivative(slopes, targets, built.values);
      });
    }
  }
});

describe("gradients where ops have none of their own", () => {
  const valuesOf = ({ inputs }: OpCase): readonly number[] => inputs[0]!.values;

  test("stopGradient passes nothing", () => {
    const x = op.parameter("x", [3]);
    const [gradient] = gradients(op.sumAll(op.mul(x, op.stopGradient(x))), [x]);
    expect([...evaluator([gradient])({ x: [1, -2, 3] })[0]!]).toEqual([1, -2, 3]);
  });
  test("elements that tie for the maximum share its cotangent", () => {
    const tie = opCases.reduceMax.find(({ smooth }) => !smooth)!;
    const { parameters, output, values } = buildCase(tie);
    expect(valuesOf(tie)).toEqual([1, 2, -1, 2]);
    expect([...evaluator(gradients(op.sumAll(output), parameters))(values)[0]!]).toEqual([0, 0.5, 0, 0.5]);
  });
});

describe("cotangents of a value used more than once", () => {
  test("of slices that tile it are concatenated", () => {
    const x = op.parameter("x", [2, 4]);
    const left = op.slice(x, [0, 0], [2, 1]);
    const right = op.slice(x, [0, 1], [2, 4]);
    const [dx] = gradients(op.add(op.sumAll(op.exp(right)), op.sumAll(left)), [x]);
    expect(print({ dx })).toMatchInlineSnapshot(`
      "%0 = constant(data=1) : f32[]
      %1 = reshape(%0, shape=(1,1)) : f32[1,1]
      %2 = expand(%1, shape=(2,1)) : f32[2,1]
      %3 = reshape(%0, shape=(1,1)) : f32[1,1]
      %4 = expand(%3, shape=(2,3)) : f32[2,3]
      %5 = parameter(name=x) : f32[2,4]
      %6 = slice(%5, starts=(0,1), ends=(2,4)) : f32[2,3]
      %7 = exp(%6) : f32[2,3]
      %8 = mul(%4, %7) : f32[2,3]
      %9 = concat(%2, %8, axis=1) : f32[2,4]
      return dx=%9"
    `);
  });
  test.each([
    { what: "leave a gap", ranges: [[0, 1], [2, 4]], wanted: [1, 0, 1, 1] },
    { what: "leave the start", ranges: [[1, 2], [2, 4]], wanted: [0, 1, 1, 1] },
    { what: "leave the end", ranges: [[0, 1], [1, 3]], wanted: [1, 1, 1, 0] },
    { what: "overlap", ranges: [[0, 2], [0, 2]], wanted: [2, 2, 0, 0] },
  ])("of slices that $what are padded and added", ({ ranges, wanted }) => {
    const x = op.parameter("x", [4]);
    const [dx] = gradients(ranges.map(([start, end]) => op.sumAll(op.slice(x, [start!], [end!]))).reduce((a, b) => op.add(a, b)), [x]);
    expect(topologicalOrder([dx]).map((node) => node.op)).not.toContain("concat");
    expect([...evaluator([dx])({})[0]!]).toEqual(wanted);
  });
  test("of rows of a table are scattered onto the dense one", () => {
    const table = op.parameter("table", [3, 2]);
    const [first, second] = [op.parameter("first", [1], "i32"), op.parameter("second", [2], "i32")];
    const rows = op.add(op.sumAll(op.exp(op.gather(table, first))), op.sumAll(op.gather(table, second)));
    const [dTable] = gradients(op.add(op.sumAll(op.mul(table, 3)), rows), [table]);
    expect(print({ dTable })).toMatchInlineSnapshot(`
      "%0 = constant(data=1) : f32[]
      %1 = reshape(%0, shape=(1,1)) : f32[1,1]
      %2 = expand(%1, shape=(3,2)) : f32[3,2]
      %3 = constant(data=3) : f32[]
      %4 = mul(%2, %3) : f32[3,2]
      %5 = parameter(name=second) : i32[2]
      %6 = reshape(%0, shape=(1,1)) : f32[1,1]
      %7 = expand(%6, shape=(2,2)) : f32[2,2]
      %8 = scatterAdd(%4, %5, %7) : f32[3,2]
      %9 = parameter(name=first) : i32[1]
      %10 = reshape(%0, shape=(1,1)) : f32[1,1]
      %11 = expand(%10, shape=(1,2)) : f32[1,2]
      %12 = parameter(name=table) : f32[3,2]
      %13 = gather(%12, %9) : f32[1,2]
      %14 = exp(%13) : f32[1,2]
      %15 = mul(%11, %14) : f32[1,2]
      %16 = scatterAdd(%8, %9, %15) : f32[3,2]
      return dTable=%16"
    `);
    const values = evaluator([dTable])({ table: [0, 0, 0, 0, 0, 0], first: [1], second: [2, 2] })[0]!;
    expect([...values]).toEqual([3, 3, 4, 4, 5, 5]);
  });
  test("of rows of a table alone are scattered onto zeros, once", () => {
    const table = op.parameter("table", [3, 2]);
    const [first, second] = [op.constant([1], [1], "i32"), op.constant([2, 1], [2], "i32")];
    const [dTable] = gradients(op.add(op.sumAll(op.gather(table, first)), op.sumAll(op.gather(table, second))), [table]);
    expect(topologicalOrder([dTable]).filter((node) => node.op === "scatterAdd")).toHaveLength(2);
    expect(topologicalOrder([dTable]).filter((node) => node.op === "add")).toHaveLength(0);
    expect([...evaluator([dTable])({})[0]!]).toEqual([0, 0, 2, 2, 1, 1]);
  });
});

describe("gradients", () => {
  test("are zeros where the loss does not depend on the target", () => {
    const [x, apart] = [op.parameter("x", []), op.parameter("apart", [2, 3])];
    const [dApart] = gradients(op.exp(x), [apart]);
    expect(print({ dApart })).toBe("%0 = constant(data=0) : f32[2,3]\nreturn dApart=%0");
  });
  test("may be asked for by a value in the middle of the graph, and by the loss", () => {
    const x = op.parameter("x", []);
    const middle = op.mul(x, 2);
    const loss = op.mul(middle, middle);
    const values = evaluator(gradients(loss, [middle, loss, x]))({ x: [3] });
    expect(values.map(([value]) => value)).toEqual([12, 1, 24]);
  });
  test("do not visit what no target leads to", () => {
    const [x, frozen] = [op.parameter("x", []), op.parameter("frozen", [])];
    const [dx] = gradients(op.mul(x, op.tanh(op.exp(frozen))), [x]);
    expect(print({ dx })).toMatchInlineSnapshot(`
      "%0 = constant(data=1) : f32[]
      %1 = parameter(name=frozen) : f32[]
      %2 = exp(%1) : f32[]
      %3 = tanh(%2) : f32[]
      %4 = mul(%0, %3) : f32[]
      return dx=%4"
    `);
  });
  test.each([
    [op.parameter("y", [2]), "graph: gradients need a scalar loss, got f32[2]; reduce it with sumAll"],
    [op.parameter("y", [], "i32"), "graph: gradients need a scalar loss, got i32[]; reduce it with sumAll"],
  ])("need a scalar", (loss, message) => {
    expect(() => gradients(loss, [loss])).toThrow(expect.objectContaining({ code: "graph/not-scalar", message }));
  });
  test("of a chain of 100,000 nodes do not exhaust the stack", () => {
    const x = op.parameter("x", []);
    let y = x;
    for (let i = 0; i < 100_000; i++) y = i % 2 === 0 ? op.neg(y) : op.add(y, x);
    expect(evaluator(gradients(y, [x]))({ x: [1] })[0]![0]).toBe(1);
  });
});
