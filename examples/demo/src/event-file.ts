import { closeSync, openSync, writeSync } from "node:fs";

/** `events.jsonl`: one JSON object a line, with the part of the demo that it comes from. */
export class EventFile {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  write(part: string, event: object): void {
    writeSync(this.#file, `${JSON.stringify({ part, ...event })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
