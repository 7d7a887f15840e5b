import { type Expr } from "../wasm/expression.js";
import { type FunctionBuilder, type Local } from "../wasm/function-builder.js";
import { i32 } from "../wasm/scalars.js";

/**
 * An id that is surely one of the `rows` of its table: 0 where it was none. That one is left at the address `fault`, which holds 0 (an id that is always
 * right) as long as all ids are.
 */
export function checkedId(f: FunctionBuilder, id: Expr<"i32">, rows: number, fault: Expr<"i32">): Local<"i32"> {
  const checked = f.let(id);
  f.if(i32.geU(checked, i32.const(rows)), () => {
    f.store(fault, checked);
    f.set(checked, i32.const(0));
  });
  return checked;
}
