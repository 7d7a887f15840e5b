import { describe, expect, test } from "vitest";
import { gradients } from "../autodiff.js";
import { type Graph } from "../ir.js";
import * as op from "../ops.js";
import { type EncodeModelOptions, encodeModel } from "./encode-model.js";
import { printModel } from "./print-model.js";

const text = (graph: Graph, options?: EncodeModelOptions): string => printModel(encodeModel(graph, options));
const x = op.parameter("x", [2, 3]);

describe("encodeModel", () => {
  test("bytes of the smallest model", () => {
    const bytes = encodeModel({ y: op.neg(op.parameter("x", [2])) }, { producer: "p" });
    const type = "120a" + "0a08" + "0801" + "1204" + "0a02" + "0802"; // a tensor of f32, whose shape has one dimension, 2
    const node = "0a0e" + "0a0178" + "120179" + "1a0179" + "22034e6567"; // x, y, named y, Neg
    const graph = "3a35" + node + "120170" + "5a0f" + "0a0178" + type + "620f" + "0a0179" + type;
    expect(Buffer.from(bytes).toString("hex")).toBe("080a" + "120170" + graph + "4204" + "0a00" + "1014");
  });
  test("outputs are the computed values themselves; what has a name already is copied", () => {
    const y = op.exp(x);
    expect(text({ y, again: y, same: op.exp(x), input: x, stopped: op.stopGradient(y), z: op.neg(y), five: op.scalar(5) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input x : f32[2,3]
      constant_2 = f32[](5)
      y = Exp(x)
      z = Neg(y)
      again = Identity(y)
      same = Identity(y)
      input = Identity(x)
      stopped = Identity(y)
      five = Identity(constant_2)
      output y : f32[2,3]
      output again : f32[2,3]
      output same : f32[2,3]
      output input : f32[2,3]
      output stopped : f32[2,3]
      output z : f32[2,3]
      output five : f32[]"
    `);
  });
  test("equal constants, sizes and nodes are written once", () => {
    expect(text({ y: op.add(op.mul(x, 2), op.mul(op.parameter("b", [3]), 2)), z: op.reshape(op.mul(x, 2), [3, 2]), w: op.reshape(x, [3, 2]) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input x : f32[2,3]
      input b : f32[3]
      constant_0 = f32[](2)
      constant_4 = i64[2](3,2)
      Mul_1 = Mul(x, constant_0)
      Mul_2 = Mul(b, constant_0)
      y = Add(Mul_1, Mul_2)
      z = Reshape(Mul_1, constant_4)
      w = Reshape(x, constant_4)
      output y : f32[2,3]
      output z : f32[3,2]
      output w : f32[3,2]"
    `);
  });
  test("a filled tensor costs one number", () => {
    expect(text({ y: op.scatterAdd(op.zeros([5000, 3]), op.parameter("ids", [2], "i32"), x) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input ids : i32[2]
      input x : f32[2,3]
      constant_1 = i64[2](5000,3)
      constant_3 = i64[1](1)
      ConstantOfShape_0 = ConstantOfShape(constant_1, value=f32[1](0))
      Cast_2 = Cast(ids, to=7)
      Unsqueeze_4 = Unsqueeze(Cast_2, constant_3)
      y = ScatterND(ConstantOfShape_0, Unsqueeze_4, x, reduction=add)
      output y : f32[5000,3]"
    `);
  });
  test("initializers are part of the model and no inputs", () => {
    const weight = { dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) } as const;
    expect(text({ y: op.mul(x, op.parameter("w", [3])) }, { initializers: { w: weight } })).toMatchInlineSnapshot(`
      "opset onnx 20
      input x : f32[2,3]
      w = f32[3](1,2,3)
      y = Mul(x, w)
      output y : f32[2,3]"
    `);
  });
  test("metadata is written", () => {
    const model = Buffer.from(encodeModel({ y: op.neg(x) }, { metadata: { licence: "Apache-2.0" } }));
    expect(model.includes("0a076c6963656e6365120a4170616368652d322e30", 0, "hex")).toBe(true);
  });
  test("names of inputs and outputs are never taken for inner values", () => {
    expect(text({ Exp_0: op.neg(op.exp(op.parameter("Exp_1", [2]))) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input Exp_1 : f32[2]
      Exp_2 = Exp(Exp_1)
      Exp_0 = Neg(Exp_2)
      output Exp_0 : f32[2]"
    `);
  });
  test("a large initializer is encoded at the speed of a copy", () => {
    const data = new Float32Array(4 << 20);
    const started = performance.now();
    const { length } = encodeModel({ y: op.neg(op.parameter("w", [4 << 20])) }, { initializers: { w: { dtype: "f32", shape: [4 << 20], data } } });
    expect(length).toBeGreaterThan(data.byteLength);
    expect(performance.now() - started).toBeLessThan(2000);
  });
  test.each([
    ["graph/bad-feed", { y: op.neg(x) }, { initializers: { w: { dtype: "f32", shape: [1], data: new Float32Array(1) } } }],
    ["graph/bad-feed", { y: op.neg(x) }, { initializers: { x: { dtype: "f32", shape: [3, 2], data: new Float32Array(6) } } }],
    ["graph/bad-feed", { y: op.neg(x) }, { initializers: { x: { dtype: "f32", shape: [2, 3], data: new Float32Array(5) } } }],
    ["graph/attribute", { x: op.neg(x) }, {}],
    ["graph/dynamic-dimension", { y: op.mul(x, op.parameter("w", [3])) }, { dynamic: { n: 3 }, initializers: { w: { dtype: "f32", shape: [3], data: new Float32Array(3) } } }],
    ["graph/dynamic-dimension", { y: op.mul(x, op.constant([1, 2, 3], [3])) }, { dynamic: { n: 3 } }],
    ["graph/dynamic-dimension", { y: op.mul(x, 2) }, { dynamic: { n: 7 } }],
  ] as const)("refuses with %s", (code, graph, options) => {
    expect(() => encodeModel(graph as Graph, options as EncodeModelOptions)).toThrow(expect.objectContaining({ name: "GraphError", code }));
  });
});

describe("dynamic dimensions", () => {
  const tokens = op.parameter("tokens", [1009, 509, 8]);
  const dynamic = { batch: 1009, sequence: 509 };

  test("sizes in attributes are computed from an input's shape", () => {
    expect(text({ y: op.reshape(tokens, [1009 * 509, 2, 4]), first: op.slice(tokens, [0, 0, 0], [1009, 1, 8]) }, { dynamic })).toMatchInlineSnapshot(`
      "opset onnx 20
      input tokens : f32[batch,sequence,8]
      constant_3 = i64[1](2)
      constant_4 = i64[1](4)
      constant_7 = i64[1](0)
      constant_8 = i64[1](1)
      Shape_0 = Shape(tokens, start=0, end=1)
      Shape_1 = Shape(tokens, start=1, end=2)
      Mul_2 = Mul(Shape_0, Shape_1)
      Concat_5 = Concat(Mul_2, constant_3, constant_4, axis=0)
      y = Reshape(tokens, Concat_5)
      first = Slice(tokens, constant_7, constant_8, constant_8)
      output y : f32[batch*sequence,2,4]
      output first : f32[batch,1,8]"
    `);
  });
  test("so are a slice's end, a filled tensor's shape and the count of a mean", () => {
    const table = op.slice(op.parameter("table", [512, 8]), [0, 0], [509, 8]);
    expect(text({ y: op.add(op.reduceMean(tokens, [1]), op.add(table, op.expand(op.scalar(1), [509, 8]))), mask: op.zeros([1009, 509]) }, { dynamic })).toMatchInlineSnapshot(`
      "opset onnx 20
      input tokens : f32[batch,sequence,8]
      input table : f32[512,8]
      constant_0 = i64[1](1)
      constant_4 = i64[0]()
      constant_7 = i64[1](0)
      constant_9 = f32[](1)
      constant_10 = i64[1](8)
      ReduceSum_1 = ReduceSum(tokens, constant_0, keepdims=1)
      Shape_2 = Shape(tokens, start=1, end=2)
      Cast_3 = Cast(Shape_2, to=1)
      Reshape_5 = Reshape(Cast_3, constant_4)
      Div_6 = Div(ReduceSum_1, Reshape_5)
      Slice_8 = Slice(table, constant_7, Shape_2, constant_7)
      Concat_11 = Concat(Shape_2, constant_10, axis=0)
      Expand_12 = Expand(constant_9, Concat_11)
      Add_13 = Add(Slice_8, Expand_12)
      y = Add(Div_6, Add_13)
      Shape_16 = Shape(tokens, start=0, end=1)
      Concat_17 = Concat(Shape_16, Shape_2, axis=0)
      mask = ConstantOfShape(Concat_17, value=f32[1](0))
      output y : f32[batch,sequence,8]
      output mask : f32[batch,sequence]"
    `);
  });
});

describe("lowering", () => {
  const a = op.parameter("a", [5, 2, 3]);
  const b = op.parameter("b", [5, 4, 3]);

  test("a batched product with transposes and a factor, in both dialects", () => {
    const graph = { y: op.matmul(a, b, { transposeB: true, alpha: 0.5 }) };
    expect(text(graph)).toMatchInlineSnapshot(`
      "opset onnx 20
      input a : f32[5,2,3]
      input b : f32[5,4,3]
      constant_2 = f32[](0.5)
      Transpose_0 = Transpose(b, perm=(0,2,1))
      MatMul_1 = MatMul(a, Transpose_0)
      y = Mul(MatMul_1, constant_2)
      output y : f32[5,2,4]"
    `);
    expect(text(graph, { dialect: "onnxruntime" })).toMatchInlineSnapshot(`
      "opset onnx 20, com.microsoft 1
      input a : f32[5,2,3]
      input b : f32[5,4,3]
      y = com.microsoft.FusedMatMul(a, b, transA=0, transB=1, alpha=0.5)
      output y : f32[5,2,4]"
    `);
  });
  test("products of matrices are Gemm where MatMul cannot say it", () => {
    const w = op.parameter("w", [3, 3]);
    expect(text({ plain: op.matmul(x, w), scaled: op.matmul(x, w, { alpha: 2 }), turned: op.matmul(x, x, { transposeA: true }) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input x : f32[2,3]
      input w : f32[3,3]
      plain = MatMul(x, w)
      scaled = Gemm(x, w, transA=0, transB=0, alpha=2)
      turned = Gemm(x, x, transA=1, transB=0, alpha=1)
      output plain : f32[2,3]
      output scaled : f32[2,3]
      output turned : f32[3,3]"
    `);
  });
  test("a layer normalisation's gradients share one pass over its input", () => {
    const [gain, bias] = [op.parameter("gain", [3]), op.parameter("bias", [3])];
    const [dx, dgain] = gradients(op.sumAll(op.mul(op.layerNorm(x, gain, bias, 1e-5), x)), [x, gain]);
    expect(text({ dx: dx!, dgain: dgain! }).match(/= LayerNormalization/g)).toHaveLength(2);
    expect(text({ y: op.standardizeGradient(x, op.parameter("dy", [2, 3]), 1e-5) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input x : f32[2,3]
      input dy : f32[2,3]
      constant_1 = i64[1](3)
      constant_6 = i64[1](1)
      ConstantOfShape_0 = ConstantOfShape(constant_1, value=f32[1](1))
      LayerNormalization_2, _, LayerNormalization_4 = LayerNormalization(x, ConstantOfShape_0, axis=-1, epsilon=0.000009999999747378752)
      Mul_5 = Mul(dy, LayerNormalization_2)
      ReduceMean_7 = ReduceMean(Mul_5, constant_6, keepdims=1)
      Mul_8 = Mul(ReduceMean_7, LayerNormalization_4)
      Mul_9 = Mul(LayerNormalization_2, Mul_8)
      Mul_10 = Mul(dy, LayerNormalization_4)
      Sub_11 = Sub(Mul_10, Mul_9)
      ReduceMean_12 = ReduceMean(dy, constant_6, keepdims=1)
      Mul_13 = Mul(ReduceMean_12, LayerNormalization_4)
      y = Sub(Sub_11, Mul_13)
      output y : f32[2,3]"
    `);
  });
  test("a sum over rows is a product in the onnxruntime dialect only", () => {
    const graph = { bias: op.reduceSum(a, [0, 1]), inner: op.reduceSum(a, [2]), none: op.reduceSum(a, []) };
    expect(text(graph)).toMatchInlineSnapshot(`
      "opset onnx 20
      input a : f32[5,2,3]
      constant_0 = i64[2](0,1)
      constant_2 = i64[1](2)
      bias = ReduceSum(a, constant_0, keepdims=1)
      inner = ReduceSum(a, constant_2, keepdims=1)
      none = Identity(a)
      output bias : f32[1,1,3]
      output inner : f32[5,2,1]
      output none : f32[5,2,3]"
    `);
    expect(text(graph, { dialect: "onnxruntime" })).toMatchInlineSnapshot(`
      "opset onnx 20
      input a : f32[5,2,3]
      constant_0 = i64[1](2)
      constant_2 = i64[2](10,3)
      constant_5 = i64[2](1,10)
      constant_7 = i64[3](1,1,3)
      inner = ReduceSum(a, constant_0, keepdims=1)
      Reshape_3 = Reshape(a, constant_2)
      ConstantOfShape_4 = ConstantOfShape(constant_5, value=f32[1](1))
      MatMul_6 = MatMul(ConstantOfShape_4, Reshape_3)
      bias = Reshape(MatMul_6, constant_7)
      none = Identity(a)
      output bias : f32[1,1,3]
      output inner : f32[5,2,1]
      output none : f32[5,2,3]"
    `);
  });
  test("what needs least is written last in the onnxruntime dialect, which computes that first", () => {
    const early = op.exp(a);
    const graph = { early: op.neg(early), late: op.tanh(op.sqrt(early)) };
    const order = (dialect: "onnx" | "onnxruntime"): string[] => [...text(graph, { dialect }).matchAll(/= ([A-Z][a-z]+)\(/g)].map(([, type]) => type!);
    expect(order("onnx")).toEqual(["Exp", "Neg", "Sqrt", "Tanh"]);
    expect(order("onnxruntime")).toEqual(["Exp", "Sqrt", "Tanh", "Neg"]);
  });
  test("a reshape of a reshape reads what the first one read", () => {
    expect(text({ y: op.reshape(op.reshape(a, [30]), [6, 5]) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input a : f32[5,2,3]
      constant_0 = i64[1](30)
      constant_2 = i64[2](6,5)
      y = Reshape(a, constant_2)
      output y : f32[6,5]"
    `);
  });
  test("a value is waited for in the onnxruntime dialect only", () => {
    const graph = { y: op.after(a, op.matmul(a, op.transpose(a, [0, 2, 1]))) };
    expect(text(graph)).not.toContain("Where");
    expect(text(graph, { dialect: "onnxruntime" })).toMatchInlineSnapshot(`
      "opset onnx 20
      input a : f32[5,2,3]
      constant_2 = i64[3](0,0,0)
      constant_3 = i64[3](1,1,1)
      constant_5 = i64[0]()
      Transpose_0 = Transpose(a, perm=(0,2,1))
      MatMul_1 = MatMul(a, Transpose_0)
      Slice_4 = Slice(MatMul_1, constant_2, constant_3)
      Reshape_6 = Reshape(Slice_4, constant_5)
      IsNaN_7 = IsNaN(Reshape_6)
      y = Where(IsNaN_7, a, a)
      output y : f32[5,2,3]"
    `);
  });
  test("slices and paddings name only the axes that they change", () => {
    expect(text({ slice: op.slice(a, [0, 1, 0], [5, 2, 3]), pad: op.pad(a, [0, 0, 1], [0, 0, 2]), whole: op.slice(a, [0, 0, 0], [5, 2, 3]) })).toMatchInlineSnapshot(`
      "opset onnx 20
      input a : f32[5,2,3]
      constant_0 = i64[1](1)
      constant_1 = i64[1](2)
      constant_3 = i64[2](1,2)
      constant_4 = f32[](0)
      slice = Slice(a, constant_0, constant_1, constant_0)
      pad = Pad(a, constant_3, constant_4, constant_1)
      whole = Identity(a)
      output slice : f32[5,1,3]
      output pad : f32[5,2,6]
      output whole : f32[5,2,3]"
    `);
  });
  test("stopGradient leaves no trace", () => expect(text({ y: op.neg(op.stopGradient(x)) })).not.toContain("Identity"));
});
