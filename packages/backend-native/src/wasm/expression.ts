import { type ByteWriter } from "./byte-writer.js";
import { memory, type ValueType } from "./opcodes.js";

/**
 * A tree of instructions that leaves one value.
 *
 * It is computed wherever it is used: a value that is needed twice belongs in a local (`FunctionBuilder.let`).
 */
export interface Expr<T extends ValueType = ValueType> {
  readonly type: T;
  /** Writes the instructions behind those in `code`. */
  readonly emit: (code: ByteWriter) => void;
}

/** The expressions of a list of types. */
export type Exprs<Types extends readonly ValueType[]> = { readonly [I in keyof Types]: Expr<Types[I]> };

/** The instructions of a table, as functions of their operands. */
export type Operators<Table, Operands extends readonly ValueType[], Result extends ValueType> = {
  readonly [Name in keyof Table]: (...operands: Exprs<Operands>) => Expr<Result>;
};

/** Throws a TypeError unless `operands` have the types that `what` needs. */
export function checkTypes(what: string, needed: readonly ValueType[], operands: readonly Expr[]): void {
  const given = operands.map((operand) => operand.type);
  if (given.join() !== needed.join()) throw new TypeError(`wasm: ${what} needs (${needed.join(", ")}), got (${given.join(", ")})`);
}

/** Writes an instruction of `opcodes.ts`, which may have a prefix. */
export function emitOpcode(code: ByteWriter, opcode: number): void {
  if (opcode > 0xff) code.byte(opcode >> 8).unsigned(opcode & 0xff);
  else code.byte(opcode);
}

/** Functions for the instructions of a table, whose operands and results have the same types. */
export function operators<Table extends Record<string, number>, const Operands extends readonly ValueType[], Result extends ValueType>(
  prefix: string, opcodes: Table, operands: Operands, result: Result,
): Operators<Table, Operands, Result> {
  const each = Object.entries(opcodes).map(([name, opcode]) => [
    name,
    (...given: readonly Expr[]) => instruction(`${prefix}.${name}`, opcode, operands, given, result),
  ]);
  return Object.fromEntries(each) as Operators<Table, Operands, Result>;
}

/** The operands' instructions, then this one with its immediates. */
export function instruction<T extends ValueType>(
  name: string, opcode: number, needed: readonly ValueType[], operands: readonly Expr[], type: T, immediates?: (code: ByteWriter) => void,
): Expr<T> {
  checkTypes(name, needed, operands);
  return {
    type,
    emit: (code) => {
      for (const operand of operands) operand.emit(code);
      emitOpcode(code, opcode);
      immediates?.(code);
    },
  };
}

/** Alignment and offset of an access (5.4.5). An offset is added to the address without wrapping. */
export function emitAccess(code: ByteWriter, alignment: number, offset: number): void {
  code.unsigned(alignment).unsigned(offset);
}

/** What lies at `address + offset`. */
export type Load<T extends ValueType> = (address: Expr<"i32">, offset?: number) => Expr<T>;
export const load = <T extends ValueType>(name: keyof typeof memory, type: T): Load<T> => {
  const [opcode, alignment] = memory[name];
  return (address, offset = 0) => instruction(name, opcode, ["i32"], [address], type, (code) => emitAccess(code, alignment, offset));
};
