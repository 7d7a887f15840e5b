import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type MlmBatch } from "@bort/data";
import { type Backend, type Program } from "@bort/graph";
import { type MlmModel, type MlmShape, fingerprint, makeFolder, mlmNodes } from "@bort/nn";

export interface TeacherLogitsOptions {
  readonly backend: Backend;
  readonly teacher: MlmModel;
  readonly shape: MlmShape;
  /** Where processes on the same engine and threads share what they computed. Default: this process keeps its own in memory alone. */
  readonly logitsFolder?: string;
}

/** A teacher's logits are kept, for the next candidate, up to this much memory. */
export const keptLogitsBytes: number = 512 * 2 ** 20;

/** A shared file is the fingerprint of the logits, as text, and the logits. */
const MARK_BYTES = 16;

/** The logits of a teacher on batches, computed once for all candidates while they fit in memory. The teacher is compiled for the first of them. */
export class TeacherLogits {
  readonly #kept = new Map<string, Float32Array>();
  readonly #path: ((key: string) => string) | undefined;
  #program: Promise<Program> | undefined;

  constructor(private readonly options: TeacherLogitsOptions) {
    const { teacher, shape, logitsFolder } = options;
    if (logitsFolder === undefined) return;
    const of = fingerprint(teacher.parameters.flat, new TextEncoder().encode(JSON.stringify([teacher.arch, shape])));
    this.#path = (key) => join(logitsFolder, `${of}-${key}.f32`);
  }

  /** `[batch * masked, vocab]`; to be left as it is. */
  async of(batch: MlmBatch): Promise<Float32Array> {
    const key = fingerprint(batch.ids, batch.positions);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const shared = this.#read(key, batch.positions.length * this.options.teacher.arch.vocabSize);
    const logits = shared ?? await this.#compute(batch);
    if ((this.#kept.size + 1) * logits.byteLength <= keptLogitsBytes) {
      this.#kept.set(key, logits);
      if (shared === undefined) this.#share(key, logits);
    }
    return logits;
  }

  async dispose(): Promise<void> {
    this.#kept.clear();
    await (await this.#program)?.dispose();
  }

  async #compute({ ids, positions }: MlmBatch): Promise<Float32Array> {
    const { backend, teacher, shape } = this.options;
    this.#program ??= backend.compile({ logits: mlmNodes(teacher.arch, shape).logits });
    const { logits } = await (await this.#program).run({ ...teacher.parameters.views, ids, positions });
    return logits!.data as Float32Array;
  }

  /** What another process computed, if it is there whole. */
  #read(key: string, count: number): Float32Array | undefined {
    if (this.#path === undefined) return undefined;
    try {
      const bytes = readFileSync(this.#path(key));
      const logits = new Float32Array(count);
      if (bytes.length !== MARK_BYTES + logits.byteLength) return undefined;
      new Uint8Array(logits.buffer).set(bytes.subarray(MARK_BYTES));
      return bytes.toString("latin1", 0, MARK_BYTES) === fingerprint(logits) ? logits : undefined;
    } catch {
      return undefined; // Not there, or not to be read: it is computed.
    }
  }

  /** Makes a file under a name of this process first, so that no other reads half of it. A disk that is full costs others their time, and no trial. */
  #share(key: string, logits: Float32Array): void {
    if (this.#path === undefined) return;
    const path = this.#path(key);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      makeFolder(dirname(path));
      const bytes = new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength);
      writeFileSync(temporary, Buffer.concat([Buffer.from(fingerprint(logits), "latin1"), bytes]));
      renameSync(temporary, path);
    } catch {
      removeIfPossible(temporary);
    }
  }
}

function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}
