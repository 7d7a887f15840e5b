import { expect, it } from "vitest";
import { type WasmInstance, webAssembly } from "../memory/webassembly.js";
import { call } from "./function-builder.js";
import { ModuleBuilder } from "./module-builder.js";
import { f32, i32, select } from "./scalars.js";
import { f32x4, i32x4, v128 } from "./vectors.js";

const limits = { initial: 1, maximum: 4, shared: true } as const;
const memory = new webAssembly.Memory(limits);
const instantiate = async (module: ModuleBuilder): Promise<WasmInstance> =>
  new webAssembly.Instance(await webAssembly.compile(module.toBytes()), { env: { memory } });

type Numbers = (...values: readonly number[]) => number;
async function exported(module: ModuleBuilder, name: string): Promise<Numbers> {
  return (await instantiate(module)).exports[name] as Numbers;
}

it("writes a small module byte for byte", () => {
  const module = new ModuleBuilder(limits);
  const add = module.func("add", { params: ["i32", "i32"], results: ["i32"] });
  add.return(i32.add(add.param(0), add.param(1)));
  module.export(add);
  expect(Buffer.from(module.toBytes()).toString("hex")).toBe([
    "0061736d01000000", // magic, version
    "0107" + "01" + "60027f7f017f", // types: (i32, i32) -> i32
    "0210" + "01" + "03656e76" + "066d656d6f7279" + "02030104", // imports: env.memory, shared, 1 to 4 pages
    "0302" + "01" + "00", // functions
    "0707" + "01" + "03616464" + "0000", // exports: add
    "0a09" + "01" + "07" + "00" + "200020016a" + "0b", // code: no locals, the sum, end
  ].join(""));
});

it("shares the types of functions with one signature", () => {
  const bytes = (...params: ("i32" | "f32")[]): number => {
    const module = new ModuleBuilder(limits);
    for (const param of params) module.func("f", { params: [param], results: [] });
    return module.toBytes().length;
  };
  expect(bytes("i32", "f32") - bytes("i32", "i32")).toBe("60 7f 00".split(" ").length + 1); // and a result count
});

it("imports memory that is not shared as well", async () => {
  const module = new ModuleBuilder({ initial: 1, maximum: 1, shared: false });
  const load = module.func("load", { params: ["i32"], results: ["i32"] });
  load.return(i32.load(load.param(0)));
  module.export(load);
  const compiled = await webAssembly.compile(module.toBytes());
  expect(() => new webAssembly.Instance(compiled, { env: { memory } })).toThrow(/memory import/);
  const Memory = webAssembly.Memory as unknown as new (descriptor: object) => { readonly buffer: ArrayBuffer };
  const own = new Memory({ initial: 1, maximum: 1 });
  new Int32Array(own.buffer)[3] = 42;
  const instance = new webAssembly.Instance(compiled, { env: { memory: own } });
  expect((instance.exports.load as Numbers)(12)).toBe(42);
});

it("loops from, to and by, and not at all over an empty range", async () => {
  const module = new ModuleBuilder(limits);
  const f = module.func("sum", { params: ["i32", "i32", "i32"], results: ["i32"] });
  const i = f.local("i32");
  const sum = f.local("i32");
  f.forRange(i, f.param(0), f.param(1), f.param(2), () => f.set(sum, i32.add(sum, i)));
  f.return(sum);
  module.export(f);
  const sumOf = await exported(module, "sum");
  expect(sumOf(2, 10, 3)).toBe(2 + 5 + 8);
  expect(sumOf(5, 5, 1)).toBe(0);
  expect(sumOf(6, 5, 1)).toBe(0);
  expect(sumOf(0x7fffffff, 0x80000002 | 0, 1)).toBe((0x7fffffff + 0x80000000 + 0x80000001) | 0); // unsigned
});

it("branches, nests and returns early", async () => {
  const module = new ModuleBuilder(limits);
  const f = module.func("firstDivisor", { params: ["i32"], results: ["i32"] });
  const candidate = f.let(i32.const(2));
  const n = f.param(0);
  f.while(i32.leU(i32.mul(candidate, candidate), n), () => {
    f.if(i32.eqz(i32.remU(n, candidate)), () => f.return(candidate));
    f.if(i32.eq(candidate, i32.const(2)), () => f.set(candidate, i32.const(3)), () => f.set(candidate, i32.add(candidate, i32.const(2))));
  });
  f.return(n);
  module.export(f, "divisor");
  const divisor = await exported(module, "divisor");
  expect([91, 97, 8, 9, 121, 2].map((n) => divisor(n))).toEqual([7, 97, 2, 3, 11, 2]);
});

it("calls, drops and recurses", async () => {
  const module = new ModuleBuilder(limits);
  const factorial = module.func("factorial", { params: ["i32"], results: ["i32"] });
  const n = factorial.param(0);
  factorial.if(i32.leS(n, i32.const(1)), () => factorial.return(i32.const(1)));
  factorial.return(i32.mul(n, call(factorial, i32.sub(n, i32.const(1)))));
  const store = module.func("store", { params: ["i32", "f32"], results: [] });
  store.store(store.param(0), store.param(1), 4);
  store.return();
  const both = module.func("both", { params: [], results: ["f32"] });
  both.call(factorial, i32.const(3));
  both.call(store, i32.const(8), f32.const(-2.5));
  both.return(f32.add(f32.load(i32.const(12)), f32.convertI32S(call(factorial, i32.const(5)))));
  module.export(both);
  expect((await exported(module, "both"))()).toBe(117.5);
});

it("stores and loads bytes, words, lanes and vectors", async () => {
  const module = new ModuleBuilder(limits);
  const f = module.func("f", { params: [], results: [] });
  const at = f.let(i32.const(64));
  f.store(at, f32x4.const(1, 2, 3, 4));
  f.store(at, v128.load32Splat(at, 8), 16);
  f.store(at, v128.load32Zero(at, 4), 32);
  f.store32Lane(at, v128.load(at), 3, 48);
  f.store(at, v128.shuffle(v128.load(at), v128.load(at, 16), [3, 0, 4, 1]), 64);
  f.store(at, i32.const(-2), 80);
  f.store8(at, i32.const(0x1ff), 84);
  f.store(at, i32.load8U(at, 84), 88);
  f.store(at, i32.load8S(at, 84), 92);
  module.export(f);
  (await exported(module, "f"))();
  const floats = new Float32Array(memory.buffer, 64, 20);
  expect([...floats]).toEqual([1, 2, 3, 4, 3, 3, 3, 3, 2, 0, 0, 0, 4, 0, 0, 0, 4, 1, 3, 2]);
  const integers = new Int32Array(memory.buffer, 144, 4);
  expect([...integers]).toEqual([-2, 255, 255, -1]);
});

it("selects between values of a type", async () => {
  const module = new ModuleBuilder(limits);
  const f = module.func("f", { params: ["i32"], results: ["f32"] });
  const vector = select(f.param(0), f32x4.const(1), f32x4.const(2));
  f.return(f32.mul(f32x4.extractLane(vector, 2), select(f.param(0), f32.const(10), f32.const(20))));
  module.export(f);
  const selected = await exported(module, "f");
  expect([selected(1), selected(0)]).toEqual([10, 40]);
});

it("refuses what is mistyped, at the place where it is written", () => {
  const module = new ModuleBuilder(limits);
  const f = module.func("f", { params: ["i32"], results: ["i32"] });
  const g = module.func("g", { params: ["f32"], results: [] });
  const wrong = f32.const(1) as never;
  expect(() => i32.add(f.param(0), wrong)).toThrow("wasm: i32.add needs (i32, i32), got (i32, f32)");
  expect(() => f.set(f.param(0), wrong)).toThrow("set needs (i32), got (f32)");
  expect(() => f.store(wrong, f32.const(1))).toThrow("store needs (i32), got (f32)");
  expect(() => f.if(wrong, () => {})).toThrow("if needs (i32), got (f32)");
  expect(() => f.return(wrong)).toThrow("return of f needs (i32), got (f32)");
  expect(() => call(f, wrong)).toThrow("f needs (i32), got (f32)");
  expect(() => call(g as never, f32.const(1))).toThrow("g gives no value");
  expect(() => f.param(1 as never)).toThrow("f has 1 parameters, and none at 1");
  expect(() => f.set(g.param(0), f32.const(0))).toThrow("local 0 is not one of f");
  expect(() => f.let(f32.abs(g.param(0)))).toThrow("local 0 of g is used in another function");
  expect(() => f32x4.extractLane(f32x4.const(0), 4)).toThrow("a lane is an integer in [0, 3], got 4");
  expect(() => v128.shuffle(f32x4.const(0), f32x4.const(0), [0, 1, 2, 8])).toThrow(RangeError);
  expect(() => i32.const(2 ** 32)).toThrow("i32.const needs an integer of 32 bits");
  expect(() => i32x4.const(0.5)).toThrow(RangeError);
  expect(() => module.toBytes()).toThrow("f has a result and does not end in a return");
  module.export(g);
  expect(() => module.export(g)).toThrow('"g" is exported twice');
  expect(() => new ModuleBuilder(limits).export(g)).toThrow("g is a function of another module");
});
