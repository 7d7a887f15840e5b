import {
  add, concat, constant, crossEntropy, div, gelu, gradients, type Graph, layerNorm, less, linear, matmul, mul, type Node, parameter, reshape, softmax,
  sqrt, sub, sumAll, transpose, uniform, where,
} from "@bort/graph";
import { describe, expect, it } from "vitest";
import { compilePlan } from "./compile-plan.js";
import { printPlan } from "./print-plan.js";

const plan = (graph: Graph): string => printPlan(compilePlan(graph, { threads: 2, pages: { initial: 1, maximum: 65_536 } }));
/** Outputs by name, and the gradients of a loss. */
function withGradients(loss: Node, ...targets: readonly Node[]): Graph {
  const nameOf = (node: Node): string => (node.op === "parameter" ? node.attrs.name : "");
  return { loss, ...Object.fromEntries(gradients(loss, targets).map((gradient, i) => [`d${nameOf(targets[i]!)}`, gradient])) };
}

describe("plans", () => {
  it("of a small network: a kernel between two products, with GELU's slope for later and the sums for the biases in passing", () => {
    const [x, w1, b1, w2, b2] = [parameter("x", [32, 8]), parameter("w1", [16, 8]), parameter("b1", [16]), parameter("w2", [4, 16]), parameter("b2", [4])];
    const y = linear(gelu(linear(x, w1, b1)), w2, b2);
    expect(plan(withGradients(sumAll(mul(y, y)), w1, b1, w2, b2))).toMatchInlineSnapshot(`
      "12 steps, 11 temporaries of 11940 bytes in 6976, 0 bytes of scratch, 28672 FLOPs in products
         0  gemm    [32,8] [8,16]  x w1^T -> t10  8192 FLOPs
         1  kernel  [32,16]  t10 b1 -> t11 t17  add mul mul erf add mul mul mul mul exp mul mul add
         2  gemm    [32,16] [16,4]  t11 w2^T -> t12  4096 FLOPs
         3  kernel  [32,4]  t12 b2 -> t13 t14 t15  add mul mul add
         4  kernel  [1,128]  t13 -> t20  row-sum
         5  gemm    [4,32] [32,16]  t14^T t11 -> dw2  4096 FLOPs
         6  combine t15 -> db2
         7  gemm    [32,4] [4,16]  t14 w2 -> t16  4096 FLOPs
         8  kernel  [32,16]  t16 t17 -> t18 t19  mul
         9  gemm    [16,32] [32,8]  t18^T x -> dw1  8192 FLOPs
        10  combine t19 -> db1
        11  kernel  [1]  t20 -> loss  "
    `);
  });

  it("of layer norm: one kernel; for its gradient, x is read once", () => {
    const [x, gain, bias] = [parameter("x", [32, 64]), parameter("gain", [64]), parameter("bias", [64])];
    expect(plan({ y: layerNorm(x, gain, bias, 1e-5) })).toMatchInlineSnapshot(`
      "1 steps, 0 temporaries of 0 bytes in 0, 0 bytes of scratch, 0 FLOPs in products
         0  kernel  [32,64]  x gain bias -> y  row-sum div sub mul row-sum div add sqrt div mul add"
    `);
    const loss = sumAll(mul(layerNorm(x, gain, bias, 1e-5), parameter("dy", [32, 64])));
    expect(plan(withGradients(loss, x, gain, bias))).toMatchInlineSnapshot(`
      "6 steps, 7 temporaries of 33796 bytes in 33600, 512 bytes of scratch, 0 FLOPs in products
         0  kernel  [32,64]  dy gain -> t7 t12 t13 t5  mul mul row-sum div sub
         1  combine t5 -> dbias
         2  kernel  [32,64]  x t7 gain bias dy t12 t13 -> t11 dx t8  row-sum div sub mul row-sum div add sqrt div mul mul add mul mul row-sum div mul sub div
         3  combine t8 -> dgain
         4  kernel  [1,2048]  t11 -> t14  row-sum
         5  kernel  [1]  t14 -> loss  "
    `);
  });

  it("of dropout: what it draws is in no memory, neither for the value nor for the gradient, and layers share kernels", () => {
    const [x, seed, w] = [parameter("x", [32, 64]), parameter("seed", [], "i32"), parameter("w", [64, 64])];
    const dropped = (value: Node, place: number): Node => where(less(uniform(add(seed, constant([place], [], "i32")), value.shape), 0.25), 0, mul(value, 4 / 3));
    const loss = sumAll([0, 1, 2].reduce((y, place) => dropped(softmax(matmul(y, w)), place), x));
    const compiled = compilePlan(withGradients(loss, x, w), { threads: 2, pages: { initial: 1, maximum: 65_536 } });
    expect(printPlan(compiled)).toMatchInlineSnapshot(`
      "18 steps, 18 temporaries of 172036 bytes in 74240, 2560 bytes of scratch, 2359296 FLOPs in products
         0  gemm    [32,64] [64,64]  x w -> t9  262144 FLOPs
         1  kernel  [32,64]  t9 seed c6 -> t10 t20  row-max sub exp row-sum div mul add uniform less where
         2  gemm    [32,64] [64,64]  t10 w -> t11  262144 FLOPs
         3  kernel  [32,64]  t11 seed c5 -> t12 t17  row-max sub exp row-sum div mul add uniform less where
         4  gemm    [32,64] [64,64]  t12 w -> t13  262144 FLOPs
         5  kernel  [32,64]  t13 seed c4 -> t14 t15  row-max sub exp row-sum div mul add uniform less where where mul mul row-sum mul sub
         6  kernel  [1,2048]  t14 -> t26  row-sum
         7  gemm    [32,64] [64,64]  t15 w^T -> t16  262144 FLOPs
         8  kernel  [32,64]  seed c5 t16 t17 -> t18  add uniform less where mul mul row-sum mul sub
         9  gemm    [32,64] [64,64]  t18 w^T -> t19  262144 FLOPs
        10  kernel  [32,64]  seed c6 t19 t20 -> t21  add uniform less where mul mul row-sum mul sub
        11  gemm    [32,64] [64,64]  t21 w^T -> dx  262144 FLOPs
        12  gemm    [64,32] [32,64]  t12^T t15 -> t22  262144 FLOPs
        13  gemm    [64,32] [32,64]  t10^T t18 -> t23  262144 FLOPs
        14  kernel  [64,64]  t22 t23 -> t25  add
        15  gemm    [64,32] [32,64]  x^T t21 -> t24  262144 FLOPs
        16  kernel  [64,64]  t25 t24 -> dw  add
        17  kernel  [1]  t26 -> loss  "
    `);
    const kernels = compiled.steps.flatMap((step) => (step.kind === "kernel" ? [step.fn] : []));
    expect(new Set(kernels).size).toBeLessThan(kernels.length);
  });

  it("of attention: products read the heads and write the context where they lie", () => {
    const heads = (name: string): Node => transpose(parameter(name, [2, 16, 4, 8]), [0, 2, 1, 3]); // [batch, heads, seq, size]
    const scores = matmul(heads("q"), heads("k"), { transposeB: true, alpha: 0.25 }); // [batch, heads, seq, seq]
    const context = matmul(softmax(add(scores, parameter("mask", [2, 1, 1, 16]))), heads("v"));
    expect(plan({ context: reshape(transpose(context, [0, 2, 1, 3]), [2, 16, 32]) })).toMatchInlineSnapshot(`
      "3 steps, 2 temporaries of 16384 bytes in 16512, 128 bytes of scratch, 65536 FLOPs in products
         0  gemm    8 x [16,8] [8,16]  0.25 q k^T -> t5  32768 FLOPs
         1  kernel  [128,16]  t5 mask -> t6  add row-max sub exp row-sum div
         2  gemm    8 x [16,16] [16,8]  t6 v -> context  32768 FLOPs"
    `);
  });

  it("of cross-entropy: the loss and the gradient are one kernel", () => {
    const logits = parameter("logits", [32, 100]);
    const losses = crossEntropy(logits, parameter("labels", [32], "i32"));
    const [dlogits] = gradients(sumAll(losses), [logits]);
    const text = plan({ losses, dlogits: dlogits! });
    expect(text.split("\n")).toHaveLength(2);
    expect(text).toMatchInlineSnapshot(`
      "1 steps, 0 temporaries of 0 bytes in 0, 800 bytes of scratch, 0 FLOPs in products
         0  kernel  [32,100]  logits labels c4 c5 -> losses dlogits  row-max sub exp row-sum div equal cast sub mul log sub equal cast mul row-sum neg"
    `);
  });

  it("of AdamW: one kernel over all elements", () => {
    const [p, g, m, v] = ["p", "g", "m", "v"].map((name) => parameter(name, [1000])) as [Node, Node, Node, Node];
    const [rate, correction] = [parameter("rate", []), parameter("correction", [])];
    const [nextM, nextV] = [add(mul(m, 0.9), mul(g, 0.1)), add(mul(v, 0.999), mul(mul(g, g), 0.001))];
    const step = add(div(nextM, add(sqrt(mul(nextV, correction)), 1e-6)), mul(p, 0.01));
    const text = plan({ p: sub(p, mul(rate, step)), m: nextM, v: nextV });
    expect(text.split("\n")).toHaveLength(2);
    expect(text).toMatchInlineSnapshot(`
      "1 steps, 0 temporaries of 0 bytes in 0, 0 bytes of scratch, 0 FLOPs in products
         0  kernel  [1000]  p rate m g v correction -> p m v  mul mul add mul mul mul add mul sqrt add div mul add mul sub"
    `);
  });

  it("of a concatenation of products: no copies", () => {
    const x = parameter("x", [32, 8]);
    const parts = ["a", "b", "c"].map((name) => matmul(x, parameter(name, [8, 16])));
    const text = plan({ y: concat(parts, 1) });
    expect(text).not.toContain("kernel");
    expect(text).toMatchInlineSnapshot(`
      "3 steps, 0 temporaries of 0 bytes in 0, 0 bytes of scratch, 24576 FLOPs in products
         0  gemm    [32,8] [8,16]  x a -> y  8192 FLOPs
         1  gemm    [32,8] [8,16]  x b -> y  8192 FLOPs
         2  gemm    [32,8] [8,16]  x c -> y  8192 FLOPs"
    `);
  });

  it("are the same for the same graph, and hold equal kernels once", () => {
    const layer = (x: Node, i: number): Node => add(x, softmax(matmul(x, parameter(`w${i}`, [24, 24]))));
    const graph = (): Graph => ({ y: layer(layer(layer(parameter("x", [8, 24]), 0), 1), 2) });
    const options = { threads: 2, pages: { initial: 1, maximum: 1 } };
    const compiled = compilePlan(graph(), options);
    expect(compilePlan(graph(), options).module).toEqual(compiled.module);
    const kernels = compiled.steps.flatMap((step) => (step.kind === "kernel" ? [step.fn] : []));
    expect(kernels).toHaveLength(3);
    expect(new Set(kernels).size).toBe(1);
  });

  it("read constants from memory of their own, and single numbers from nowhere", () => {
    const text = plan({ y: add(mul(parameter("x", [3]), constant([1, 2, 3], [3])), 5) });
    expect(text).toMatchInlineSnapshot(`
      "1 steps, 0 temporaries of 0 bytes in 0, 0 bytes of scratch, 0 FLOPs in products
         0  kernel  [3]  x c2 -> y  mul add"
    `);
  });
});
