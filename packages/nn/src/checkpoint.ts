import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeError, writeFileAtomically } from "./atomic-write.js";
import { firstDifference } from "./first-difference.js";
import { NnError } from "./nn-error.js";
import { type NamedTensor, type SafetensorsFile, encodeSafetensors, readSafetensors } from "./safetensors.js";
import { type BestWeights, type TrainingState, type Watch } from "./training-state.js";

/** What is known of a checkpoint without reading its tensors. */
interface ManifestContent {
  readonly format: "bort-checkpoint-1";
  readonly step: number;
  readonly loss: number | null;
  readonly seconds: number;
  readonly tokens: number;
  /** What early stopping knows, without its tensors; absent where nothing stops early. */
  readonly watch?: Omit<Watch, "best"> & { readonly best?: Omit<BestWeights, "parameters" | "average"> };
  /** Name of the file that holds the tensors. */
  readonly file: string;
  /** The hash in that file's metadata. */
  readonly fileSha256: string;
  /** What the run was asked to do: a run with other settings does not resume from here. */
  readonly settings: unknown;
}

/** The content, and its hash, so that a change of any number is noticed. */
interface Manifest extends ManifestContent {
  readonly sha256: string;
}

const MANIFEST = "checkpoint.json";

/** Files of a checkpoint, of an earlier one, or half-written ones that a crash left behind. */
const ownFile = /^(checkpoint\.json|step-\d+-[0-9a-f]{12}\.safetensors)(\.[0-9a-f]{12}\.tmp)?$/;

/**
 * Writes the whole training state to `folder`. The tensors' file is named after its content and the manifest that points to it is renamed into
 * place last, so a crash at any moment leaves the previous checkpoint or this one.
 *
 * @throws NnError `nn/write-failed`
 */
export function saveCheckpoint(folder: string, state: TrainingState, settings: unknown): void {
  const { step, loss, seconds, tokens, watch } = state;
  const tensors = Object.fromEntries(buffersOf(state).map(([name, data]): [string, NamedTensor] => [name, { shape: [data.length], data }]));
  const { parts, sha256: fileSha256 } = encodeSafetensors(tensors, { step: String(step) });
  const file = `step-${step}-${fileSha256.slice(0, 12)}.safetensors`;
  const content: ManifestContent = {
    format: "bort-checkpoint-1", step, loss: Number.isFinite(loss) ? loss : null, seconds, tokens, ...(watch !== undefined && { watch: withoutTensors(watch) }),
    file, fileSha256, settings: settings ?? null,
  };
  writeFileAtomically(join(folder, file), parts);
  writeFileAtomically(join(folder, MANIFEST), `${JSON.stringify({ ...content, sha256: hashOf(content) } satisfies Manifest, null, 2)}\n`);
  removeOthers(folder, [MANIFEST, file]);
}

export const hasCheckpoint = (folder: string): boolean => existsSync(join(folder, MANIFEST));

/**
 * Puts the state in `folder` into `state`, which must be of the same model, optimizer and settings; where it throws, `state` is as before.
 *
 * @throws NnError `nn/bad-checkpoint` for one that is damaged, `nn/other-run` for one of other settings.
 */
export function loadCheckpoint(folder: string, state: TrainingState, settings: unknown): void {
  const bad = (why: string): NnError => new NnError("nn/bad-checkpoint", `nn: the checkpoint in ${folder} cannot be used: ${why}; remove the folder to start again`);
  const manifest = readManifest(join(folder, MANIFEST), bad);
  const difference = firstDifference(manifest.settings, JSON.parse(JSON.stringify(settings ?? null)));
  if (difference !== null) {
    const { path, values: [was, is] } = difference;
    throw new NnError("nn/other-run", `nn: the checkpoint in ${folder} belongs to a run with another ${path || "setting"} (${was}, now ${is}); give the same options, or another folder`);
  }
  const { tensors, metadata } = readTensors(join(folder, manifest.file), bad);
  if (metadata["sha256"] !== manifest.fileSha256) throw bad(`${manifest.file} is not the file that ${MANIFEST} was written for`);
  const watch = manifest.watch && withTensors(manifest.watch, state);
  const buffers = buffersOf({ ...state, ...(watch !== undefined && { watch }) });
  for (const [name, { length }] of buffers) {
    const found = tensors[name]?.data.length ?? 0;
    if (found !== length) throw bad(`"${name}" has ${found} elements where ${length} are needed`);
  }
  for (const [name, buffer] of buffers) buffer.set(tensors[name]!.data);
  const { step, loss, seconds, tokens } = manifest;
  Object.assign(state, { step, loss: loss ?? Number.NaN, seconds, tokens, ...(watch !== undefined && { watch }) });
}

/** The buffers of a training state by their names in a checkpoint. */
const buffersOf = ({ parameters, slots, average, watch }: TrainingState): [string, Float32Array][] => [
  ["parameters", parameters.flat],
  ...Object.entries(slots).map(([name, slot]): [string, Float32Array] => [`slot.${name}`, slot]),
  ...(average === undefined ? [] : [["average", average] satisfies [string, Float32Array]]),
  ...(watch?.best === undefined ? [] : [["best.parameters", watch.best.parameters] satisfies [string, Float32Array]]),
  ...(watch?.best?.average === undefined ? [] : [["best.average", watch.best.average] satisfies [string, Float32Array]]),
];

function withoutTensors({ best, ...rest }: Watch): NonNullable<ManifestContent["watch"]> {
  return { ...rest, ...(best !== undefined && { best: { step: best.step, metrics: best.metrics } }) };
}

/** With room for the tensors of the best weights. */
function withTensors({ best, ...rest }: NonNullable<ManifestContent["watch"]>, { parameters: { layout }, average }: TrainingState): Watch {
  if (best === undefined) return rest;
  const room = (): Float32Array => new Float32Array(layout.trainedSize);
  return { ...rest, best: { ...best, parameters: room(), ...(average !== undefined && { average: room() }) } };
}

function removeOthers(folder: string, kept: readonly string[]): void {
  try {
    for (const name of readdirSync(folder)) if (ownFile.test(name) && !kept.includes(name)) rmSync(join(folder, name));
  } catch (error) {
    throw writeError(folder, error);
  }
}

function readTensors(path: string, bad: (why: string) => NnError): SafetensorsFile {
  try {
    return readSafetensors(path);
  } catch (error) {
    throw error instanceof NnError ? bad(error.message) : error;
  }
}

function readManifest(path: string, bad: (why: string) => NnError): ManifestContent {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as Partial<Manifest> | null;
  } catch (error) {
    throw bad((error as NodeJS.ErrnoException).code === "ENOENT" ? "there is none" : `${MANIFEST} is not JSON`);
  }
  const { sha256, ...content } = manifest ?? {};
  if (content.format !== "bort-checkpoint-1") throw bad(`${MANIFEST} is not of the format bort-checkpoint-1`);
  if (sha256 !== hashOf(content as ManifestContent)) throw bad(`${MANIFEST} differs from the hash in it, so some of it has changed`);
  return content as ManifestContent;
}

const hashOf = (content: ManifestContent): string => createHash("sha256").update(JSON.stringify(content)).digest("hex");
