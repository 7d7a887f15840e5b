import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { writeFileAtomically } from "@bort/nn";
import { CliError } from "./cli-error.js";
import { cannotWrite } from "./output-folder.js";
import { type TableLine, tableLines } from "./table-lines.js";

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
  /** Of the earlier command. */
  readonly #lines: readonly TableLine[];
  readonly #known: Set<string>;
  #begun = false;

  /**
   * Reads what an earlier command measured with the same settings, and writes nothing; what `tableLines` leaves out is left out.
   *
   * @throws CliError `cli/other-run` where the file holds measurements of other settings; what `tableLines` throws
   */
  constructor(path: string, settings: object) {
    this.#path = path;
    this.#settings = `${JSON.stringify(settings, null, 2)}\n`;
    const earlier = existsSync(settingsPathOf(this.#path)) ? readFileSync(settingsPathOf(this.#path), "utf8") : undefined;
    if (existsSync(path) && earlier !== this.#settings) {
      throw new CliError("cli/other-run", `${path} holds shapes that were measured otherwise; give the same super-network, text and options, or another --out`);
    }
    this.#lines = existsSync(path) ? tableLines(path) : [];
    this.#known = new Set(this.#lines.map(({ shape }) => shape.join(",")));
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
    writeFileAtomically(settingsPathOf(this.#path), this.#settings);
    writeFileAtomically(this.#path, this.#lines.map(({ text }) => `${text}\n`).join(""));
  }
}

const settingsPathOf = (table: string): string => `${table}.settings.json`;

/** SHA-256 of the weights of the super-network that a table is of, where `bort supernet sample` has said so; @throws CliError `cli/bad-json` */
export function supernetOfTable(table: string): string | undefined {
  const path = settingsPathOf(table);
  if (!existsSync(path)) return undefined;
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { readonly supernet?: string } | null)?.supernet;
  } catch (cause) {
    throw new CliError("cli/bad-json", `${path} is not JSON; restore it, or take it away`, { cause });
  }
}
