import { createHash } from "node:crypto";
import { serialize } from "node:v8";
import { type Step } from "./step.js";

export interface ThreadProgram {
  /** A WebAssembly module that imports the memory as `env.memory` and exports the kernels. */
  readonly module: Uint8Array;
  readonly steps: readonly Step[];
}

/** A program as the threads have it. */
export interface Definition {
  /** What equal programs have in common. */
  readonly key: string;
  /** Its number among those that the threads have. */
  readonly number: number;
  readonly steps: readonly Step[];
  /** Settled when all threads have it, or one could not. */
  readonly defined: Promise<unknown>;
}

interface Entry extends Definition {
  readonly sizeBytes: number;
  users: number;
}

export interface SharedDefinitionsOptions {
  /** Gives the threads a program. */
  readonly define: (number: number, program: ThreadProgram) => Promise<unknown>;
  /** Has the threads forget one. */
  readonly forget: (number: number) => void;
  /** Bytes of modules and steps, written out, that stay defined though nobody uses them. Default: 4 MiB. */
  readonly spareBytes?: number;
}

/**
 * The programs that the threads have. Equal ones are one, and the last that are no longer used stay: who compiles the same graph again and again
 * neither waits for kernels nor leaves a thread, which seldom collects garbage, with one more copy of them each time.
 */
export class SharedDefinitions {
  readonly #options: Required<SharedDefinitionsOptions>;
  /** Those without users come in the order in which they lost the last. */
  readonly #entries = new Map<string, Entry>();
  #spareBytes = 0;
  #count = 0;

  constructor(options: SharedDefinitionsOptions) {
    this.#options = { spareBytes: 4 * 2 ** 20, ...options };
  }

  /** The definition of a program, for one more user. */
  acquire(program: ThreadProgram): Definition {
    const steps = serialize(program.steps);
    const key = createHash("sha256").update(`${steps.length} `).update(steps).update(program.module).digest("base64");
    const known = this.#entries.get(key);
    if (known !== undefined) {
      if (known.users++ === 0) this.#spareBytes -= known.sizeBytes;
      return known;
    }
    const number = this.#count++;
    const defined = this.#options.define(number, program);
    const entry: Entry = { key, number, steps: program.steps, defined, sizeBytes: steps.length + program.module.length, users: 1 };
    this.#entries.set(key, entry);
    defined.catch(() => this.#entries.delete(key));
    return entry;
  }

  /** Takes a user from a definition. */
  release({ key }: Definition): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.users > 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#spareBytes += entry.sizeBytes;
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const { key, number, users, sizeBytes } of this.#entries.values()) {
      if (this.#spareBytes <= this.#options.spareBytes) return;
      if (users > 0) continue;
      this.#entries.delete(key);
      this.#spareBytes -= sizeBytes;
      this.#options.forget(number);
    }
  }
}
