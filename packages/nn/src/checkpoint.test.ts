import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { hasCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { NnError } from "./nn-error.js";
import { ParameterStore } from "./parameter-store.js";
import { temporaryFolder } from "./temporary-folder.js";
import { type TrainingState } from "./training-state.js";

const at = temporaryFolder();
const settings = { arch: { depth: 2 }, labels: ["a", "b"], learningRate: 1e-3 };

/** A state of a few elements: the buffers of a real one are padded to 65,536. */
function stateOf(value: number, step: number): TrainingState {
  const flat = Float32Array.of(value, value + 0.1, -value);
  const parameters = new ParameterStore([], undefined, flat);
  return { parameters, slots: { mean: flat.map((x) => x * 2), variance: flat.map((x) => x * x) }, step, loss: value / 3, seconds: 1.5 * step, tokens: 64 * step };
}
const contentOf = ({ parameters, slots, step, loss, seconds, tokens }: TrainingState): unknown => ({ flat: [...parameters.flat], slots, step, loss, seconds, tokens });
const tensorsIn = (folder: string): string => readdirSync(folder).find((name) => name.endsWith(".safetensors"))!;

function load(folder: string, given: unknown = settings): TrainingState {
  const state = stateOf(99, 0);
  loadCheckpoint(folder, state, given);
  return state;
}

describe("saveCheckpoint", () => {
  it("keeps everything, bit for bit", () => {
    const state = stateOf(0.1, 7);
    saveCheckpoint(at("whole"), state, settings);
    expect(hasCheckpoint(at("whole"))).toBe(true);
    expect(contentOf(load(at("whole")))).toEqual(contentOf(state));
  });

  it("keeps the average of the weights", () => {
    const withAverage = (value: number): TrainingState => ({ ...stateOf(value, 3), average: Float32Array.of(value, 0.3) });
    saveCheckpoint(at("average"), withAverage(0.1), settings);
    const state = withAverage(5);
    loadCheckpoint(at("average"), state, settings);
    expect(state.average).toEqual(Float32Array.of(0.1, 0.3));
    saveCheckpoint(at("average"), stateOf(1, 1), settings);
    expect(() => loadCheckpoint(at("average"), state, settings)).toThrow(expect.objectContaining({ code: "nn/bad-checkpoint", message: expect.stringContaining('"average" has 0') }));
  });

  it("keeps a loss that is not a number, and no settings", () => {
    saveCheckpoint(at("nan"), { ...stateOf(1, 0), loss: Number.NaN }, undefined);
    const state = stateOf(2, 3);
    loadCheckpoint(at("nan"), state, undefined);
    expect(state).toMatchObject({ loss: Number.NaN, step: 0 });
  });

  it("leaves two files: earlier ones and those that a crash left half-written go, others stay", () => {
    const folder = at("tidy");
    saveCheckpoint(folder, stateOf(1, 1), settings);
    writeFileSync(at("tidy", "step-2-0123456789ab.safetensors.0123456789ab.tmp"), "half");
    writeFileSync(at("tidy", "checkpoint.json.0123456789ab.tmp"), "half");
    writeFileSync(at("tidy", "notes.txt"), "mine");
    saveCheckpoint(folder, stateOf(2, 2), settings);
    expect(readdirSync(folder).sort()).toEqual(["checkpoint.json", "notes.txt", expect.stringMatching(/^step-2-[0-9a-f]{12}\.safetensors$/)]);
    expect(contentOf(load(folder))).toEqual(contentOf(stateOf(2, 2)));
  });

  it.each([["the same step of another run", 5], ["the next step", 6]])("cut off after the tensors of %s leaves the one before", (_, step) => {
    const [folder, other] = [at(`cut-${step}`), at(`other-${step}`)];
    saveCheckpoint(folder, stateOf(1, 5), settings);
    saveCheckpoint(other, stateOf(2, step), settings);
    copyFileSync(at(`other-${step}`, tensorsIn(other)), at(`cut-${step}`, tensorsIn(other)));
    expect(contentOf(load(folder))).toEqual(contentOf(stateOf(1, 5)));
  });

  it("reports a folder that cannot be written", () => {
    writeFileSync(at("file"), "");
    expect(() => saveCheckpoint(at("file"), stateOf(1, 1), settings)).toThrow(expect.objectContaining({ code: "nn/write-failed" }));
  });
});

describe("loadCheckpoint", () => {
  it("refuses another run by the setting's name", () => {
    saveCheckpoint(at("settings"), stateOf(1, 1), settings);
    const refusal = (given: unknown): unknown => {
      const state = stateOf(9, 0);
      try {
        loadCheckpoint(at("settings"), state, given);
      } catch (error) {
        expect(contentOf(state)).toEqual(contentOf(stateOf(9, 0)));
        return error;
      }
      return undefined;
    };
    expect(refusal({ ...settings })).toBeUndefined();
    for (const [given, text] of [
      [{ ...settings, learningRate: 2e-3 }, "learningRate (0.001, now 0.002)"],
      [{ ...settings, arch: { depth: 3 } }, "arch.depth (2, now 3)"],
      [{ ...settings, labels: ["a", "c"] }, 'labels.1 ("b", now "c")'],
      [{ ...settings, labels: ["a", "b", "c"] }, "labels.2"],
      [{ ...settings, extra: true }, "extra"],
      [{ arch: settings.arch, labels: settings.labels }, "learningRate"],
      [undefined, "setting"],
    ] as const) {
      expect(refusal(given)).toMatchObject({ code: "nn/other-run", message: expect.stringContaining(text) });
    }
  });

  it("refuses the state of another optimizer or model", () => {
    saveCheckpoint(at("optimizer"), { ...stateOf(1, 1), slots: {} }, settings);
    expect(() => load(at("optimizer"))).toThrow(expect.objectContaining({ code: "nn/bad-checkpoint", message: expect.stringContaining("slot.mean") }));
    const parameters = new ParameterStore([], undefined, new Float32Array(4));
    saveCheckpoint(at("model"), { ...stateOf(1, 1), parameters }, settings);
    expect(() => load(at("model"))).toThrow(expect.objectContaining({ code: "nn/bad-checkpoint", message: expect.stringContaining("4 elements where 3") }));
  });

  it.each(["null", "[]", "3", '{"format":"bort-checkpoint-2"}', "", '{"format":"bort-checkpoint-1"}'])("refuses a manifest that is %s", (text) => {
    mkdirSync(at("manifest"), { recursive: true });
    writeFileSync(at("manifest", "checkpoint.json"), text);
    expect(() => load(at("manifest"))).toThrow(expect.objectContaining({ code: "nn/bad-checkpoint" }));
  });

  it("refuses a folder without one", () => {
    expect(hasCheckpoint(at("none"))).toBe(false);
    expect(() => load(at("none"))).toThrow(expect.objectContaining({ code: "nn/bad-checkpoint", message: expect.stringContaining("there is none") }));
  });
});

describe("a damaged checkpoint", () => {
  const folder = at("damaged");
  const saved = stateOf(0.7, 12);
  let files: Map<string, Buffer>;
  beforeAll(() => {
    saveCheckpoint(folder, saved, settings);
    files = new Map(readdirSync(folder).map((name) => [name, readFileSync(at("damaged", name))]));
    expect(files.size).toBe(2);
  });

  /** Whether it is refused; where it is not, it must be the state that was saved. */
  function isRefused(): boolean {
    try {
      expect(contentOf(load(folder))).toEqual(contentOf(saved));
      return false;
    } catch (error) {
      if (!(error instanceof NnError)) throw error;
      expect(["nn/bad-checkpoint", "nn/other-run"]).toContain(error.code);
      return true;
    }
  }

  it("is refused wherever it is cut short", () => {
    for (const [name, whole] of files) {
      // A manifest without its last newline is still whole.
      for (let length = whole.length - 2; length >= 0; length--) {
        truncateSync(at("damaged", name), length);
        expect(isRefused(), `${name} cut to ${length}`).toBe(true);
      }
      writeFileSync(at("damaged", name), whole);
    }
    expect(isRefused()).toBe(false);
  });

  it.each([0x01, 0x2a, 0xff])("is refused with any one byte changed by %i, but for white space that becomes other white space", (flip) => {
    for (const [name, whole] of files) {
      const file = openSync(at("damaged", name), "r+");
      for (let i = 0; i < whole.length; i++) {
        const changed = whole[i]! ^ flip;
        writeSync(file, Uint8Array.of(changed), 0, 1, i);
        if (!isRefused()) expect(/^\s\s$/.test(String.fromCharCode(whole[i]!, changed)), `byte ${i} of ${name}`).toBe(true);
        writeSync(file, whole, i, 1, i);
      }
      closeSync(file);
    }
    expect(isRefused()).toBe(false);
  });

  it("is refused without its tensors", () => {
    rmSync(at("damaged", tensorsIn(folder)));
    expect(isRefused()).toBe(true);
  });
});
