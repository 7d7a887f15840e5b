import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The program as a process of its own. */
export interface RunningProgram {
  readonly process: ChildProcess;
  readonly text: { stdout: string; stderr: string };
  /** Waits until standard error says something. */
  saying(pattern: RegExp): Promise<void>;
  /** Its exit code, once it has ended; null where a signal ended it. */
  ended(): Promise<number | null>;
}

/** A copy of the package as it is installed, not built at first; each test file has its own. */
export class TestProgram {
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = join(root, "node_modules/.cache", `bort-cli-${name}-${process.pid}`);
    for (const folder of ["bin", "dist"]) mkdirSync(join(this.#folder, folder), { recursive: true });
    for (const file of ["package.json", "bin/bort.js"]) copyFileSync(join(root, "packages/cli", file), join(this.#folder, file));
  }

  async build(): Promise<void> {
    await build({
      entryPoints: ["main", "trial-process", "agora-process"].map((name) => join(root, `packages/cli/src/${name}.ts`)), outdir: join(this.#folder, "dist"), bundle: true, platform: "node",
      format: "esm", target: "node20", conditions: ["@bort/source"], external: ["koffi", "onnxruntime-node", "@observablehq/plot", "linkedom"], logLevel: "warning",
    });
  }

  start(args: readonly string[]): RunningProgram {
    const child = spawn(process.execPath, [join(this.#folder, "bin/bort.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    child.stdout.on("data", (data: Buffer) => { text.stdout += data.toString(); });
    child.stderr.on("data", (data: Buffer) => { text.stderr += data.toString(); });
    const closed = once(child, "close") as Promise<[number | null]>;
    return {
      process: child, text,
      saying: async (pattern) => {
        while (!pattern.test(text.stderr)) await Promise.race([once(child.stderr, "data"), closed.then(() => { throw new Error(`ended early: ${text.stderr}`); })]);
      },
      ended: async () => (await closed)[0],
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
