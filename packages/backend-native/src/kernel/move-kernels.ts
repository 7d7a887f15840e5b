import { type Expr } from "../wasm/expression.js";
import { type FunctionBuilder, type Local } from "../wasm/function-builder.js";
import { type ModuleBuilder } from "../wasm/module-builder.js";
import { f32, i32 } from "../wasm/scalars.js";
import { f32x4, v128 } from "../wasm/vectors.js";
import { checkedId } from "./checked-id.js";
import { columnsPerBlock, kernelSignature } from "./cluster-kernel.js";

type I32 = Expr<"i32">;

/** Adds the function that adds up what threads have summed: `partial[thread][column]` to `result[column]`. Its units are blocks of columns. */
export function addCombineKernel(module: ModuleBuilder, name: string, columns: number, threads: number): void {
  blockKernel(module, name, columns, (f, address, column) => {
    const [partial, result] = [address(0), address(1)];
    const sum = (load: (address: I32) => Expr<"v128">): Expr<"v128"> =>
      Array.from({ length: threads }, (_, thread) => load(i32.add(i32.add(partial, column), i32.const(4 * columns * thread)))).reduce((a, b) => f32x4.add(a, b));
    return {
      step: () => f.store(i32.add(result, column), sum((at) => v128.load(at))),
      rest: () => f.store(i32.add(result, column), f32x4.extractLane(sum((at) => v128.load32Zero(at)), 0)),
    };
  });
}

export interface ScatterShape {
  readonly columns: number;
  /** Rows to add. */
  readonly count: number;
  readonly tableRows: number;
  /** Whether ids were checked before the run; where not, the address of their fault follows those of the operands. */
  readonly fed: boolean;
}

/** Adds the function that adds row i of `rows` to row `ids[i]` of `target`, for i from 0 to `count` - 1. Its units are blocks of columns. */
export function addScatterKernel(module: ModuleBuilder, name: string, { columns, count, tableRows, fed }: ScatterShape): void {
  blockKernel(module, name, columns, (f, address, column) => {
    const [target, ids, rows] = [address(0), address(1), address(2)];
    const fault = fed ? undefined : address(3);
    const forEachRow = (add: (into: Local<"i32">, from: Local<"i32">) => void): void => {
      const row = f.local("i32");
      f.forRange(row, i32.const(0), i32.const(count), i32.const(1), () => {
        const given = i32.load(i32.add(ids, i32.shl(row, i32.const(2))));
        const id = fault === undefined ? given : checkedId(f, given, tableRows, fault);
        add(f.let(i32.add(i32.add(target, column), i32.mul(id, i32.const(4 * columns)))), f.let(i32.add(i32.add(rows, column), i32.mul(row, i32.const(4 * columns)))));
      });
    };
    return {
      step: () => forEachRow((into, from) => f.store(into, f32x4.add(v128.load(into), v128.load(from)))),
      rest: () => forEachRow((into, from) => f.store(into, f32.add(f32.load(into), f32.load(from)))),
    };
  });
}

/** A kernel over blocks of columns: `step` does four columns at the byte offset `column`, `rest` one. */
function blockKernel(
  module: ModuleBuilder, name: string, columns: number,
  body: (f: FunctionBuilder, address: (operand: number) => Local<"i32">, column: Local<"i32">) => { readonly step: () => void; readonly rest: () => void },
): void {
  const f = module.func(name, kernelSignature);
  const column = f.local("i32");
  const to = f.let(i32.mul(f.param(1), i32.const(4 * columnsPerBlock)));
  f.if(i32.gtU(to, i32.const(4 * columns)), () => f.set(to, i32.const(4 * columns)));
  f.set(column, i32.mul(f.param(0), i32.const(4 * columnsPerBlock)));
  const { step, rest } = body(f as unknown as FunctionBuilder, (operand) => f.let(i32.load(f.param(3), 4 * operand)), column);
  f.while(i32.leU(i32.add(column, i32.const(16)), to), () => {
    step();
    f.set(column, i32.add(column, i32.const(16)));
  });
  f.while(i32.ltU(column, to), () => {
    rest();
    f.set(column, i32.add(column, i32.const(4)));
  });
  module.export(f);
}
