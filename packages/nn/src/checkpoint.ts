import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.js";
import { writeFileAtomically } from "./atomic-write.js";
import { NnError } from "./nn-error.js";
import { type TrainingState } from "./trainer.js";

/** What is known of a checkpoint without reading its tensors. */
interface Manifest {
  readonly format: "bort-checkpoint-1";
  readonly step: number;
  readonly loss: number | null;
  readonly seconds: number;
  readonly tokens: number;
  /** Name of the file that holds the tensors. */
  readonly file: string;
  /** What the run was asked to do: a run with other settings does not resume from here. */
  readonly settings: unknown;
}

const MANIFEST = "checkpoint.json";
const fileOf = (step: number): string => `step-${step}.safetensors`;

/**
 * Writes the whole training state to `folder`. The manifest is renamed into place last, so a crash at any moment leaves the previous checkpoint or this one.
 *
 * @throws NnError `nn/write-failed`
 */
export function saveCheckpoint(folder: string, state: TrainingState, settings: unknown): void {
  const flat = (data: Float32Array): NamedTensor => ({ shape: [data.length], data });
  const slots = Object.entries(state.slots).map(([name, slot]) => [`slot.${name}`, flat(slot)]);
  const file = fileOf(state.step);
  writeSafetensors(join(folder, file), { parameters: flat(state.parameters.flat), ...Object.fromEntries(slots) }, { step: String(state.step) });
  const manifest: Manifest = { format: "bort-checkpoint-1", step: state.step, loss: Number.isFinite(state.loss) ? state.loss : null, seconds: state.seconds, tokens: state.tokens, file, settings };
  writeFileAtomically(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const other of readdirSync(folder)) if (/^step-\d+\.safetensors$/.test(other) && other !== file) rmSync(join(folder, other));
}

export const hasCheckpoint = (folder: string): boolean => existsSync(join(folder, MANIFEST));

/**
 * Puts the state in `folder` into `state`, which must be of the same model, optimizer and settings.
 *
 * @throws NnError `nn/bad-checkpoint` for one that is damaged, `nn/other-run` for one of other settings.
 */
export function loadCheckpoint(folder: string, state: TrainingState, settings: unknown): void {
  const bad = (why: string): NnError => new NnError("nn/bad-checkpoint", `nn: the checkpoint in ${folder} cannot be used: ${why}; remove the folder to start again`);
  const manifest = readManifest(join(folder, MANIFEST), bad);
  const difference = firstDifference(manifest.settings, JSON.parse(JSON.stringify(settings)));
  if (difference !== null) throw new NnError("nn/other-run", `nn: the checkpoint in ${folder} belongs to a run with another ${difference}; give the same options, or another folder`);
  let file: ReturnType<typeof readSafetensors>;
  try {
    file = readSafetensors(join(folder, manifest.file));
  } catch (error) {
    throw error instanceof NnError ? bad(error.message) : error;
  }
  if (file.metadata["step"] !== String(manifest.step)) throw bad(`its manifest says step ${manifest.step} and its tensors say ${file.metadata["step"]}`);
  const targets: [string, Float32Array][] = [["parameters", state.parameters.flat], ...Object.entries(state.slots).map(([name, slot]): [string, Float32Array] => [`slot.${name}`, slot])];
  for (const [name, target] of targets) {
    const data = file.tensors[name]?.data;
    if (data?.length !== target.length) throw bad(`"${name}" has ${data?.length ?? 0} elements where ${target.length} are needed`);
  }
  for (const [name, target] of targets) target.set(file.tensors[name]!.data);
  state.step = manifest.step;
  state.loss = manifest.loss ?? Number.NaN;
  state.seconds = manifest.seconds;
  state.tokens = manifest.tokens;
}

function readManifest(path: string, bad: (why: string) => NnError): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as Partial<Manifest>;
  } catch (error) {
    throw bad((error as NodeJS.ErrnoException).code === "ENOENT" ? "there is none" : `${MANIFEST} is not JSON`);
  }
  const { format, step, seconds, tokens, file } = manifest;
  if (format !== "bort-checkpoint-1" || !Number.isSafeInteger(step) || !Number.isFinite(seconds) || !Number.isFinite(tokens) || file !== fileOf(step!)) throw bad(`${MANIFEST} is damaged`);
  return manifest as Manifest;
}

/** Name of the first setting that differs, as a path; `null` where none does. */
function firstDifference(a: unknown, b: unknown, path = "setting"): string | null {
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], key);
      if (found !== null) return found;
    }
    return null;
  }
  return a === b ? null : `${path} (${JSON.stringify(a)}, now ${JSON.stringify(b)})`;
}
