import { describe, expectTypeOf, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { type LegalSize, type MultipleOf } from "./legal-size.js";
import { uniformArch, type UniformArchOptions } from "./uniform-arch.js";

describe("literals that the compiler checks", () => {
  const tables = { vocabSize: 100, positions: 16 };

  it("divides as arithmetic does", () => {
    expectTypeOf<MultipleOf<12, 768>>().toEqualTypeOf<768>();
    expectTypeOf<MultipleOf<16, 1024>>().toEqualTypeOf<1024>();
    expectTypeOf<MultipleOf<12, 312>>().toEqualTypeOf<312>();
    expectTypeOf<MultipleOf<7, 16807>>().toEqualTypeOf<16807>();
    expectTypeOf<MultipleOf<99, 99000>>().toEqualTypeOf<99000>();
    expectTypeOf<MultipleOf<3, 100>>().toEqualTypeOf<"hidden 100 is not divisible by 3 heads">();
    expectTypeOf<MultipleOf<12, 1024>>().toEqualTypeOf<"hidden 1024 is not divisible by 12 heads">();
    expectTypeOf<MultipleOf<64, 32>>().toEqualTypeOf<"hidden 32 is not divisible by 64 heads">();
  });

  it("leaves to the run what is no literal, or too large to divide", () => {
    expectTypeOf<MultipleOf<number, 100>>().toEqualTypeOf<100>();
    expectTypeOf<MultipleOf<3, number>>().toEqualTypeOf<number>();
    expectTypeOf<MultipleOf<128, 100>>().toEqualTypeOf<100>();
    expectTypeOf<LegalSize<number>>().toEqualTypeOf<number>();
  });

  it("knows what is no size", () => {
    expectTypeOf<LegalSize<8>>().toEqualTypeOf<8>();
    expectTypeOf<LegalSize<0>>().toEqualTypeOf<"a size must be a whole number above 0, got 0">();
    expectTypeOf<LegalSize<-2>>().toEqualTypeOf<"a size must be a whole number above 0, got -2">();
    expectTypeOf<LegalSize<1.5>>().toEqualTypeOf<"a size must be a whole number above 0, got 1.5">();
  });

  it("refuses illegal architectures", () => {
    const illegal = [
      // @ts-expect-error hidden 100 is not divisible by 3 heads
      () => uniformArch({ ...tables, depth: 2, heads: 3, hidden: 100, intermediate: 8 }),
      // @ts-expect-error a size must be a whole number above 0, got -2
      () => uniformArch({ ...tables, depth: -2, heads: 2, hidden: 8, intermediate: 8 }),
      // @ts-expect-error a size must be a whole number above 0, got 0
      () => uniformArch({ ...tables, depth: 2, heads: 0, hidden: 8, intermediate: 8 }),
      // @ts-expect-error a size must be a whole number above 0, got 8.5
      () => uniformArch({ ...tables, depth: 2, heads: 2, hidden: 8, intermediate: 8.5 }),
      // @ts-expect-error hidden 1024 is not divisible by 12 heads
      () => archOf([4, 12, 1024, 768], tables),
      // @ts-expect-error no such option
      () => uniformArch({ ...tables, depth: 2, heads: 2, hidden: 8, intermediate: 8, poolr: true }),
    ];
    expectTypeOf(illegal).toBeArray();
  });

  it("accepts legal ones, literal or not", () => {
    const options: UniformArchOptions = { ...tables, depth: 2, heads: 2, hidden: 8, intermediate: 8 };
    const tuple: ArchTuple = [2, 2, 8, 8];
    uniformArch(options);
    uniformArch({ ...options, hidden: tuple[2] });
    archOf(tuple, tables);
    archOf([4, 8, 1024, 768], tables);
  });
});
