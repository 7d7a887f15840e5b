import { type ByteWriter } from "./byte-writer.js";
import { type Expr, instruction, type Load, load, type Operators, operators } from "./expression.js";
import { constants, lanes, type ValueType } from "./opcodes.js";
import * as table from "./opcodes.js";
import { asInt32 } from "./scalars.js";

type V128 = Expr<"v128">;

/** Throws a RangeError unless `lane` is one of `count`. */
export function laneIndex(lane: number, count = 4): number {
  if (!Number.isInteger(lane) || lane < 0 || lane >= count) throw new RangeError(`wasm: a lane is an integer in [0, ${count - 1}], got ${lane}`);
  return lane;
}

/** A constant of four lanes, or of one value in all four. */
type Lanes = readonly [number] | readonly [number, number, number, number];
const vector = (values: Lanes, write: (code: ByteWriter, value: number) => void): V128 =>
  instruction("v128.const", constants.v128, [], [], "v128", (code) => {
    for (let lane = 0; lane < 4; lane++) write(code, values[lane % values.length]!);
  });

/** Vectors as 128 bits (WebAssembly core specification, 4.4.4). */
export const v128: Operators<typeof table.v128Unary, ["v128"], "v128"> & Operators<typeof table.v128Binary, ["v128", "v128"], "v128"> &
  Operators<typeof table.v128Ternary, ["v128", "v128", "v128"], "v128"> & Operators<typeof table.v128Test, ["v128"], "i32"> & {
    load: Load<"v128">;
    /** One element in all lanes. */
    load32Splat: Load<"v128">;
    /** One element in the first lane, zero in the others. */
    load32Zero: Load<"v128">;
    /** Lanes of 32 bits picked from the eight of `a` and `b`. */
    shuffle(a: V128, b: V128, picked: readonly [number, number, number, number]): V128;
  } = {
  ...operators("v128", table.v128Unary, ["v128"], "v128"),
  ...operators("v128", table.v128Binary, ["v128", "v128"], "v128"),
  ...operators("v128", table.v128Ternary, ["v128", "v128", "v128"], "v128"),
  ...operators("v128", table.v128Test, ["v128"], "i32"),
  load: load("v128Load", "v128"),
  load32Splat: load("load32Splat", "v128"),
  load32Zero: load("load32Zero", "v128"),
  shuffle: (a, b, picked) => {
    const bytes = picked.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * laneIndex(lane, 8) + byte));
    return instruction("v128.shuffle", lanes.shuffle, ["v128", "v128"], [a, b], "v128", (code) => code.byte(...bytes));
  },
};

/** A vector's lanes as scalars of type `T`. */
interface LaneOperators<T extends ValueType> {
  /** One value in all lanes, or a value for each. */
  const(...values: Lanes): V128;
  splat(value: Expr<T>): V128;
  extractLane(vector: V128, lane: number): Expr<T>;
  replaceLane(vector: V128, lane: number, value: Expr<T>): V128;
}
const laneOperators = <T extends "i32" | "f32">(type: T): Omit<LaneOperators<T>, "const"> => {
  const { splat, extract, replace } = lanes[`${type}x4`];
  const immediate = (lane: number): ((code: ByteWriter) => void) => {
    laneIndex(lane);
    return (code) => code.byte(lane);
  };
  return {
    splat: (value) => instruction(`${type}x4.splat`, splat, [type], [value], "v128"),
    extractLane: (vector, lane) => instruction(`${type}x4.extractLane`, extract, ["v128"], [vector], type, immediate(lane)),
    replaceLane: (vector, lane, value) => instruction(`${type}x4.replaceLane`, replace, ["v128", type], [vector, value], "v128", immediate(lane)),
  };
};

/**
 * Vectors as four floats; comparisons give lanes of all ones or all zeros.
 * `pmin(a, b)` is `b < a ? b : a`, one instruction where `min`, which minds NaN and -0, takes several.
 */
export const f32x4: Operators<typeof table.f32x4Unary & typeof table.f32x4OfIntegers, ["v128"], "v128"> &
  Operators<typeof table.f32x4Binary, ["v128", "v128"], "v128"> & LaneOperators<"f32"> = {
  ...operators("f32x4", { ...table.f32x4Unary, ...table.f32x4OfIntegers }, ["v128"], "v128"),
  ...operators("f32x4", table.f32x4Binary, ["v128", "v128"], "v128"),
  ...laneOperators("f32"),
  const: (...values) => vector(values, (code, value) => code.float32(value)),
};

/** Vectors as four integers; a shift moves all lanes by one scalar. */
export const i32x4: Operators<typeof table.i32x4Unary & typeof table.i32x4OfFloats, ["v128"], "v128"> &
  Operators<typeof table.i32x4Binary, ["v128", "v128"], "v128"> &
  Operators<typeof table.i32x4Shift, ["v128", "i32"], "v128"> & Operators<typeof table.i32x4Test, ["v128"], "i32"> & LaneOperators<"i32"> = {
  ...operators("i32x4", { ...table.i32x4Unary, ...table.i32x4OfFloats }, ["v128"], "v128"),
  ...operators("i32x4", table.i32x4Binary, ["v128", "v128"], "v128"),
  ...operators("i32x4", table.i32x4Shift, ["v128", "i32"], "v128"),
  ...operators("i32x4", table.i32x4Test, ["v128"], "i32"),
  ...laneOperators("i32"),
  const: (...values) => {
    const signed = values.map(asInt32) as unknown as Lanes;
    return vector(signed, (code, value) => code.int32(value));
  },
};
