import { type Expr, instruction, type Load, load, type Operators, operators } from "./expression.js";
import { constants, control, type ValueType } from "./opcodes.js";
import * as table from "./opcodes.js";

type I32 = Expr<"i32">;
type F32 = Expr<"f32">;

/** An i32 constant is given signed or unsigned. */
export function asInt32(value: number): number {
  const fits = Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
  if (!fits) throw new RangeError(`wasm: i32.const needs an integer of 32 bits, got ${value}`);
  return value | 0;
}

/** Integers, addresses and truth values (1 or 0). Instructions: WebAssembly core specification, 4.3.2 and 4.4.1. */
export const i32: Operators<typeof table.i32Test & typeof table.i32Unary, ["i32"], "i32"> & Operators<typeof table.i32Binary, ["i32", "i32"], "i32"> &
  Operators<typeof table.i32OfFloat, ["f32"], "i32"> & { const(value: number): I32; load: Load<"i32">; load8S: Load<"i32">; load8U: Load<"i32"> } = {
  ...operators("i32", { ...table.i32Test, ...table.i32Unary }, ["i32"], "i32"),
  ...operators("i32", table.i32Binary, ["i32", "i32"], "i32"),
  ...operators("i32", table.i32OfFloat, ["f32"], "i32"),
  const: (value) => {
    const signed = asInt32(value);
    return instruction("i32.const", constants.i32, [], [], "i32", (code) => code.signed(signed));
  },
  load: load("i32Load", "i32"),
  load8S: load("i32Load8S", "i32"),
  load8U: load("i32Load8U", "i32"),
};

/** Single floats (4.3.3). */
export const f32: Operators<typeof table.f32Compare, ["f32", "f32"], "i32"> & Operators<typeof table.f32Unary, ["f32"], "f32"> &
  Operators<typeof table.f32Binary, ["f32", "f32"], "f32"> & Operators<typeof table.f32OfInteger, ["i32"], "f32"> & {
    const(value: number): F32;
    load: Load<"f32">;
  } = {
  ...operators("f32", table.f32Compare, ["f32", "f32"], "i32"),
  ...operators("f32", table.f32Unary, ["f32"], "f32"),
  ...operators("f32", table.f32Binary, ["f32", "f32"], "f32"),
  ...operators("f32", table.f32OfInteger, ["i32"], "f32"),
  const: (value) => instruction("f32.const", constants.f32, [], [], "f32", (code) => code.float32(value)),
  load: load("f32Load", "f32"),
};

/** `whenTrue` if `condition` is not 0, else `whenFalse`; both are computed. */
export function select<T extends ValueType>(condition: I32, whenTrue: Expr<T>, whenFalse: Expr<T>): Expr<T> {
  const { type } = whenTrue;
  return instruction("select", control.select, [type, type, "i32"], [whenTrue, whenFalse, condition], type);
}
