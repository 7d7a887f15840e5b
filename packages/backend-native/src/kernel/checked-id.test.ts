import { describe, expect, it } from "vitest";
import { SharedHeap } from "../memory/shared-heap.js";
import { webAssembly } from "../memory/webassembly.js";
import { ModuleBuilder } from "../wasm/module-builder.js";
import { checkedId } from "./checked-id.js";

describe("checkedId", () => {
  it.each([
    [1, [0, 1, -1, 2_147_483_647, -2_147_483_648]],
    [3, [0, 2, 3, -3, 1]],
    [2_147_483_647, [2_147_483_646, 2_147_483_647, -1]],
  ])("of %i rows hands on what is one of them, and leaves what is not", async (rows, ids) => {
    const heap = new SharedHeap();
    const fault = heap.allocate(4);
    const module = new ModuleBuilder({ initial: 1, maximum: 65_536, shared: true });
    const f = module.func("check", { params: ["i32", "i32"], results: ["i32"] });
    f.return(checkedId(f as never, f.param(0), rows, f.param(1)));
    module.export(f);
    const { exports } = new webAssembly.Instance(await webAssembly.compile(module.toBytes()), { env: { memory: heap.memory } });
    const check = exports["check"] as (id: number, fault: number) => number;
    const word = heap.int32(fault, 1);
    for (const id of ids) {
      const isRow = id >= 0 && id < rows;
      word[0] = 0;
      expect(check(id, fault)).toBe(isRow ? id : 0);
      expect(word[0]).toBe(isRow ? 0 : id);
    }
  });
});
