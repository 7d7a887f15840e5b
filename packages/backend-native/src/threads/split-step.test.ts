import { describe, expect, it } from "vitest";
import { type GemmShare, type KernelShare, splitStep } from "./split-step.js";
import { type GemmStep, oneProduct } from "./step.js";

const kernels = (units: number, grain: number, threads: number): ([number, number] | null)[] =>
  splitStep({ kind: "kernel", fn: "f", units, grain }, threads).map((share) => (share === null ? null : [(share as KernelShare).start, (share as KernelShare).end]));

const gemm = (m: number, n: number, k: number, batch = oneProduct): GemmStep => ({
  kind: "gemm", m, n, k, transposeA: false, transposeB: false, alpha: 1, beta: 0, batch,
  a: { slot: 0, offset: 0, ld: k }, b: { slot: 1, offset: 0, ld: n }, c: { slot: 2, offset: 0, ld: n },
});
const batchOf = (count: number, size: number): GemmStep["batch"] => Array.from({ length: count }, (_, i) => ({ a: 0, b: 0, c: i * size }));
const sizes = (step: GemmStep, threads: number): (string | null)[] =>
  splitStep(step, threads).map((share) => (share === null ? null : `${(share as GemmShare).offsets.length / 3} x ${(share as GemmShare).m}x${(share as GemmShare).n}`));

describe("splitStep of a kernel", () => {
  it("gives contiguous shares in multiples of the grain", () => {
    expect(kernels(100, 8, 2)).toEqual([[0, 48], [48, 100]]);
    expect(kernels(10, 1, 3)).toEqual([[0, 3], [3, 6], [6, 10]]);
    expect(kernels(8, 8, 2)).toEqual([null, [0, 8]]);
    expect(kernels(0, 8, 2)).toEqual([null, null]);
    expect(kernels(5, 1, 1)).toEqual([[0, 5]]);
  });

  it("covers every unit once, evenly", () => {
    for (const [units, grain, threads] of [[1, 1, 4], [17, 4, 3], [1000, 64, 7], [4096, 16, 16]] as const) {
      const shares = kernels(units, grain, threads).filter((share) => share !== null);
      expect(shares[0]![0]).toBe(0);
      expect(shares.at(-1)![1]).toBe(units);
      shares.slice(1).forEach(([start], i) => expect(start).toBe(shares[i]![1]));
      for (const [start, end] of shares) expect(end - start).toBeLessThanOrEqual((Math.ceil(units / grain / threads)) * grain);
    }
  });
});

describe("splitStep of products", () => {
  it("keeps products whole where there are enough of them, and cuts tiles otherwise", () => {
    expect(sizes(gemm(1024, 768, 768), 1)).toEqual(["1 x 1024x768"]);
    expect(sizes(gemm(1024, 768, 768), 2)).toEqual(["1 x 512x768", "1 x 512x768"]);
    expect(sizes(gemm(768, 3072, 1024), 2)).toEqual(["1 x 768x1536", "1 x 768x1536"]);
    expect(sizes(gemm(1024, 1024, 512), 4)).toEqual(Array.from({ length: 4 }, () => "1 x 512x512"));
    expect(sizes(gemm(128, 128, 64, batchOf(12, 128 * 128)), 2)).toEqual(["6 x 128x128", "6 x 128x128"]);
    expect(sizes(gemm(128, 128, 64, batchOf(9, 128 * 128)), 2)).toEqual(["4 x 128x128", "5 x 128x128"]);
    expect(sizes(gemm(128, 128, 64, batchOf(3, 128 * 128)), 2)).toEqual(["3 x 64x128", "3 x 64x128"]);
  });

  it("leaves a small product to one thread", () => {
    expect(sizes(gemm(8, 8, 8), 3)).toEqual(["1 x 8x8", null, null]);
    expect(sizes(gemm(0, 8, 8), 2)).toEqual([null, null]);
    expect(sizes(gemm(8, 8, 8, []), 2)).toEqual([null, null]);
  });

  it("covers every element of every result once", () => {
    for (const [m, n, k, count, threads] of [[100, 70, 50, 1, 3], [33, 129, 40, 5, 4], [7, 2000, 64, 1, 6], [512, 9, 96, 2, 5], [64, 64, 64, 7, 3]] as const) {
      const written = new Uint8Array(count * m * n);
      for (const share of splitStep(gemm(m, n, k, batchOf(count, m * n)), threads) as (GemmShare | null)[]) {
        for (let i = 0; share !== null && i < share.offsets.length; i += 3) {
          for (let row = 0; row < share.m; row++) {
            for (let column = 0; column < share.n; column++) written[share.offsets[i + 2]! / 4 + row * n + column]!++;
          }
        }
      }
      expect(written.every((times) => times === 1), `${count} x ${m}x${n} on ${threads}`).toBe(true);
    }
  });
});
