import { closeSync, openSync, readSync, statSync } from "node:fs";
import { missingPath } from "./read-text.js";

/** Parts of this size are read where a whole range is gone through. */
const PART_BYTES = 2 ** 24;

/** A file of any size that is read a range at a time, each opening and closing it, so that nothing has to be released. */
export class PartwiseFile {
  readonly sizeBytes: number;

  /** @throws NnError `nn/missing-path`, as all of its functions */
  constructor(readonly path: string) {
    this.sizeBytes = this.#guarded(() => statSync(path).size);
  }

  /** The bytes from `start` up to `end`, at the beginning of a buffer of their own, so that they can be looked at as elements of any size. */
  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(end - start);
    this.#guarded(() => {
      const file = openSync(this.path, "r");
      try {
        for (let done = 0; done < bytes.length; ) done += readSome(file, bytes.subarray(done), start + done);
      } finally {
        closeSync(file);
      }
    });
    return bytes;
  }

  /** The same bytes in parts of a bounded size. */
  *parts(start: number, end: number): Generator<Uint8Array<ArrayBuffer>> {
    for (let at = start; at < end; at += PART_BYTES) yield this.read(at, Math.min(end, at + PART_BYTES));
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw missingPath(this.path, error, "check the path");
    }
  }
}

function readSome(file: number, into: Uint8Array, position: number): number {
  const count = readSync(file, into, 0, Math.min(into.length, 2 ** 30), position);
  if (count === 0) throw new Error("it became shorter while it was read");
  return count;
}
