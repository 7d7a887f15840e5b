import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { writeFileAtomically } from "@bort/nn";
import { CliError } from "./cli-error.js";
import { cannotWrite } from "./output-folder.js";

/** What was measured of a shape: a line of the table. */
export interface ShapeSample {
  readonly shape: readonly number[];
  /** Mean over the masked places, in nats. */
  readonly loss: number;
  /** e to the loss. */
  readonly perplexity: number;
  /** Share of the masked places. */
  readonly accuracy: number;
  /** In seconds. */
  readonly latency?: number;
}

/** A file of measured shapes, one JSON object a line; beside it, in `<file>.settings.json`, how they were measured. */
export class SampleTable {
  readonly #path: string;
  readonly #settings: string;
  readonly #known: Set<string>;
  #begun = false;

  /**
   * Reads what an earlier command measured with the same settings, and writes nothing; a line that a crash cut short is left out.
   *
   * @throws CliError `cli/other-run` where the file holds measurements of other settings
   */
  constructor(path: string, settings: object) {
    this.#path = path;
    this.#settings = `${JSON.stringify(settings, null, 2)}\n`;
    const earlier = existsSync(this.#settingsPath) ? readFileSync(this.#settingsPath, "utf8") : undefined;
    if (existsSync(path) && earlier !== this.#settings) {
      throw new CliError("cli/other-run", `${path} holds shapes that were measured otherwise; give the same super-network, text and options, or another --out`);
    }
    this.#known = new Set(wholeLines(path).map((line) => (JSON.parse(line) as ShapeSample).shape.join(",")));
  }

  has(shape: readonly number[]): boolean {
    return this.#known.has(shape.join(","));
  }

  /** @throws CliError `cli/write-failed`, NnError `nn/write-failed` */
  append(sample: ShapeSample): void {
    if (!this.#begun) this.#begin();
    try {
      appendFileSync(this.#path, `${JSON.stringify(sample)}\n`);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
    this.#known.add(sample.shape.join(","));
  }

  #begin(): void {
    this.#begun = true;
    writeFileAtomically(this.#settingsPath, this.#settings);
    writeFileAtomically(this.#path, wholeLines(this.#path).map((line) => `${line}\n`).join(""));
  }

  get #settingsPath(): string {
    return `${this.#path}.settings.json`;
  }
}

/** The lines of a file that end. */
const wholeLines = (path: string): readonly string[] => (existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []);
