import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The threads run the text of a function: what a bundler does to that text must not matter. */
const entry = `
  export { SharedHeap } from "../memory/shared-heap.js";
  export { ModuleBuilder } from "../wasm/module-builder.js";
  export { i32 } from "../wasm/scalars.js";
  export { ThreadPool } from "./thread-pool.js";
`;
/** Adds 1 to a number 1,000 times on two threads and does not close the pool. */
const script = `
  const { SharedHeap, ModuleBuilder, ThreadPool, i32 } = await import(process.argv[1]);
  const heap = new SharedHeap();
  const pool = await ThreadPool.start({ threads: 2, memory: heap.memory });
  const module = new ModuleBuilder({ initial: 1, maximum: 65536, shared: true });
  const f = module.func("increment", { params: ["i32", "i32", "i32", "i32"], results: [] });
  f.store(i32.load(f.param(3)), i32.add(i32.load(i32.load(f.param(3))), i32.const(1)));
  module.export(f);
  const [table, cell] = [heap.allocate(4), heap.allocate(4)];
  heap.int32(table, 1)[0] = cell;
  heap.int32(cell, 1)[0] = 0;
  const steps = Array.from({ length: 1000 }, () => ({ kind: "kernel", fn: "increment", units: 1, grain: 1 }));
  await pool.define(1, { module: module.toBytes(), steps });
  pool.run(1, table).then(() => process.stdout.write(String(heap.int32(cell, 1)[0])));
`;

describe("ThreadPool in a bundle", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bort-bundle-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ["plain", {}],
    ["minified", { minify: true }],
    ["with names kept", { keepNames: true }],
    ["minified with names kept, for an older engine", { minify: true, keepNames: true, target: "es2019" }],
  ])("%s: runs to the end of what was asked for, then lets the process end", async (name, options) => {
    const outfile = join(folder, `${name.replace(/\W/g, "-")}.mjs`);
    const stdin = { contents: entry, resolveDir: import.meta.dirname, loader: "ts" } as const;
    await build({ stdin, outfile, bundle: true, platform: "node", format: "esm", external: ["koffi"], logLevel: "silent", target: "node20", ...options });
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script, outfile], { encoding: "utf8", timeout: 20_000 });
    expect(output).toBe("1000");
  });
});
