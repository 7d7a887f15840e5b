import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isolated } from "@bort/isolate";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type train } from "../test-fixtures/isolated-training.js";
import { temporaryFolder } from "./temporary-folder.js";
import { type TrainingEvent } from "./training-run.js";

const folderAt = temporaryFolder();
const root = join(import.meta.dirname, "../../..");
/** Beneath the root, so that the engine is found from there. */
const built = mkdtempSync(join(root, "node_modules/.bort-isolated-"));
afterAll(() => rmSync(built, { recursive: true, force: true }));

type Run = ReturnType<typeof train>;
type Outcome = { readonly events: TrainingEvent[]; readonly result?: Awaited<ReturnType<Run["next"]>>["value"]; readonly error?: unknown };

async function follow(run: Run, onEvent: (event: TrainingEvent) => void = () => undefined): Promise<Outcome> {
  const events: TrainingEvent[] = [];
  try {
    for (;;) {
      const { done, value } = await run.next();
      if (done) return { events, result: value };
      events.push(value);
      onEvent(value);
    }
  } catch (error) {
    return { events, error };
  }
}

const stepsOf = ({ events }: Outcome): number[] => events.flatMap((event) => (event.type === "step" ? [event.step] : []));

describe("training in a process of its own", () => {
  const module = pathToFileURL(join(built, "isolated-training.mjs"));
  const apart = isolated<typeof train>(module, "train");
  beforeAll(() => build({
    entryPoints: [join(import.meta.dirname, "../test-fixtures/isolated-training.ts")], outfile: module.pathname,
    bundle: true, platform: "node", format: "esm", conditions: ["@bort/source"], external: ["onnxruntime-node"], logLevel: "silent",
  }));

  it("gives the events and the weights that it gives in this process", async () => {
    const { train: here } = (await import(module.href)) as { readonly train: typeof train };
    const [first, second] = [
      await follow(here({ folder: folderAt("here"), steps: 6 }, { signal: new AbortController().signal })), await follow(apart({ folder: folderAt("apart"), steps: 6 })),
    ];
    expect(second.events.map(({ type }) => type)).toEqual(first.events.map(({ type }) => type));
    expect(second.result).toMatchObject({ weights: (first.result as { weights: string }).weights, summary: { steps: 6, interrupted: false } });
  });

  it("goes on from the last checkpoint after the process was killed, to the same bits", async () => {
    const folder = folderAt("killed");
    const killed = await follow(apart({ folder, steps: 6, killedAfter: 5 }));
    expect(killed.error).toMatchObject({ name: "IsolateError", code: "isolate/crashed" });
    expect(stepsOf(killed)).toEqual([1, 2, 3, 4, 5]);
    const resumed = await follow(apart({ folder, steps: 6 }));
    expect(stepsOf(resumed)).toEqual([5, 6]);
    const uninterrupted = await follow(apart({ folder: folderAt("uninterrupted"), steps: 6 }));
    expect(resumed.result).toMatchObject({ weights: (uninterrupted.result as { weights: string }).weights });
  });

  it("ends after the step in progress when it is aborted, and leaves a checkpoint there", async () => {
    const controller = new AbortController();
    const folder = folderAt("aborted");
    const aborted = await follow(apart({ folder, steps: 1000 }, { signal: controller.signal }), (event) => {
      if (event.type === "step" && event.step === 3) controller.abort();
    });
    expect(stepsOf(aborted).at(-1)).toBeLessThanOrEqual(4);
    expect(aborted.events.slice(-2).map(({ type }) => type)).toEqual(["checkpoint", "interrupted"]);
    expect(aborted.result).toMatchObject({ summary: { interrupted: true } });
  });
});
