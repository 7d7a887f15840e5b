import { ByteWriter } from "./byte-writer.js";
import { checkTypes, emitAccess, emitOpcode, type Expr, type Exprs } from "./expression.js";
import { control, memory, type ValueType, valueTypes } from "./opcodes.js";
import { i32 } from "./scalars.js";
import { laneIndex } from "./vectors.js";

/** What a function takes and gives back; one value at most. */
export interface Signature<Params extends readonly ValueType[] = readonly ValueType[], Results extends ResultTypes = ResultTypes> {
  readonly params: Params;
  readonly results: Results;
}
export type ResultTypes = readonly [] | readonly [ValueType];

/** A variable of a function, or a parameter; as an expression, its value at that point. */
export interface Local<T extends ValueType = ValueType> extends Expr<T> {
  readonly index: number;
}

/** A function as others call it. */
export interface Func<Params extends readonly ValueType[] = readonly ValueType[], Results extends ResultTypes = ResultTypes>
  extends Signature<Params, Results> {
  readonly name: string;
  readonly index: number;
}

/** The value of a call. */
export function call<Params extends readonly ValueType[], T extends ValueType>(func: Func<Params, readonly [T]>, ...given: Exprs<Params>): Expr<T> {
  checkTypes(func.name, func.params, given);
  const [type] = func.results;
  if (type === undefined) throw new TypeError(`wasm: ${func.name} gives no value; call it as a statement`);
  return { type, emit: (code) => emitCall(code, func, given) };
}

function emitCall(code: ByteWriter, func: Func, given: readonly Expr[]): void {
  for (const argument of given) argument.emit(code);
  code.byte(control.call).unsigned(func.index);
}

/**
 * The body of a function, written statement by statement. Types are checked on the way.
 *
 * @throws TypeError where types do not match, or a local belongs to another function
 */
export class FunctionBuilder<Params extends readonly ValueType[] = readonly ValueType[], Results extends ResultTypes = ResultTypes>
  implements Func<Params, Results>
{
  readonly params: Params;
  readonly results: Results;
  private readonly code = new ByteWriter();
  private readonly locals: Local[] = [];
  /** A return that is written before the next statement: at the end of the body it goes without saying. */
  private returnPending = false;

  constructor(readonly name: string, readonly index: number, { params, results }: Signature<Params, Results>) {
    this.params = params;
    this.results = results;
    for (const type of params) this.local(type);
  }

  param<I extends number & keyof Params>(index: I): Local<Params[I] & ValueType> {
    const local = index < this.params.length ? this.locals[index] : undefined;
    if (local === undefined) throw new TypeError(`wasm: ${this.name} has ${this.params.length} parameters, and none at ${index}`);
    return local as Local<Params[I] & ValueType>;
  }

  /** A new variable, zero at the start of the function. */
  local<T extends ValueType>(type: T): Local<T> {
    const index = this.locals.length;
    const emit = (code: ByteWriter): void => {
      if (code !== this.code) throw new TypeError(`wasm: local ${index} of ${this.name} is used in another function`);
      code.byte(control.localGet).unsigned(index);
    };
    const local = { type, index, emit };
    this.locals.push(local);
    return local;
  }

  set<T extends ValueType>(local: Local<T>, value: Expr<T>): void {
    if (this.locals[local.index] !== local) throw new TypeError(`wasm: local ${local.index} is not one of ${this.name}`);
    checkTypes("set", [local.type], [value]);
    this.statement(value).byte(control.localSet).unsigned(local.index);
  }

  /** A new variable that holds `value`: computed here, used as often as needed. */
  let<T extends ValueType>(value: Expr<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Writes `value` at `address + offset`. */
  store(address: Expr<"i32">, value: Expr, offset = 0): void {
    checkTypes("store", ["i32"], [address]);
    this.access(`${value.type}Store`, [address, value], offset);
  }

  /** Writes the low byte of `value`. */
  store8(address: Expr<"i32">, value: Expr<"i32">, offset = 0): void {
    checkTypes("store8", ["i32", "i32"], [address, value]);
    this.access("i32Store8", [address, value], offset);
  }

  /** Writes one lane of `vector`. */
  store32Lane(address: Expr<"i32">, vector: Expr<"v128">, lane: number, offset = 0): void {
    checkTypes("store32Lane", ["i32", "v128"], [address, vector]);
    laneIndex(lane);
    this.access("store32Lane", [address, vector], offset).byte(lane);
  }

  /** Calls a function for its effect; a value that it gives is dropped. */
  call<P extends readonly ValueType[]>(func: Func<P>, ...given: Exprs<P>): void {
    checkTypes(func.name, func.params, given);
    emitCall(this.statement(), func, given);
    if (func.results.length > 0) this.code.byte(control.drop);
  }

  if(condition: Expr<"i32">, then: () => void, otherwise?: () => void): void {
    checkTypes("if", ["i32"], [condition]);
    this.statement(condition).byte(control.if, control.empty);
    then();
    if (otherwise !== undefined) {
      this.statement().byte(control.else);
      otherwise();
    }
    this.statement().byte(control.end);
  }

  /** Runs `body` as long as `condition` is not 0. */
  while(condition: Expr<"i32">, body: () => void): void {
    checkTypes("while", ["i32"], [condition]);
    this.if(condition, () => {
      this.code.byte(control.loop, control.empty);
      body();
      this.statement(condition).byte(control.brIf).unsigned(0).byte(control.end);
    });
  }

  /**
   * Runs `body` with `i` = from, from + step, ... as long as `i` is below `to`; `i` and `to` are unsigned.
   * `to` and `step` are computed on each turn: constants or locals that `body` leaves alone.
   */
  forRange(i: Local<"i32">, from: Expr<"i32">, to: Expr<"i32">, step: Expr<"i32">, body: () => void): void {
    this.set(i, from);
    this.while(i32.ltU(i, to), () => {
      body();
      this.set(i, i32.add(i, step));
    });
  }

  /** Leaves the function, with its result if it has one. A function with a result ends in a return. */
  return(...values: Exprs<Results>): void {
    checkTypes(`return of ${this.name}`, this.results, values);
    this.statement(...values);
    this.returnPending = true;
  }

  /** Locals, in runs of one type, and instructions (5.5.13). */
  toCode(): ByteWriter {
    if (this.results.length > 0 && !this.returnPending) throw new TypeError(`wasm: ${this.name} has a result and does not end in a return`);
    const runs: { readonly type: ValueType; count: number }[] = [];
    for (const { type } of this.locals.slice(this.params.length)) {
      if (runs.at(-1)?.type !== type) runs.push({ type, count: 0 });
      runs.at(-1)!.count++;
    }
    const body = new ByteWriter();
    body.vector(runs, ({ type, count }) => body.unsigned(count).byte(valueTypes[type]));
    return body.append(this.code).byte(control.end);
  }

  /** Where the next statement goes, behind the values that it takes. */
  private statement(...values: readonly Expr[]): ByteWriter {
    if (this.returnPending) this.code.byte(control.return);
    this.returnPending = false;
    for (const value of values) value.emit(this.code);
    return this.code;
  }

  private access(name: keyof typeof memory, operands: readonly Expr[], offset: number): ByteWriter {
    const [opcode, alignment] = memory[name];
    emitOpcode(this.statement(...operands), opcode);
    emitAccess(this.code, alignment, offset);
    return this.code;
  }
}
