import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Random, random } from "@bort/data";
import { expect } from "vitest";
import { run } from "./run.js";

/** What a command left behind when it was run in a test. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output, parsed. */
  readonly json: () => Record<string, unknown>;
}

/** A temporary folder with a small corpus, a small SST-2 and a small space. */
export class TestWorkplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), "bort-cli-"));

  constructor() {
    const rng = random(1, "test corpus");
    mkdirSync(this.at("corpus"));
    for (const name of ["a.txt", "b.txt"]) this.write(`corpus/${name}`, Array.from({ length: 150 }, () => sentences(rng, 3)).join("\n\n"));
    mkdirSync(this.at("SST-2"));
    for (const name of ["train", "dev"]) {
      const rows = Array.from({ length: 24 }, (_, i) => `${sentences(rng, 1)} ${i % 2 === 0 ? "good" : "bad"}\t${(i + 1) % 2}`);
      this.write(`SST-2/${name}.tsv`, `sentence\tlabel\n${rows.join("\n")}\n`);
    }
    this.write("SST-2/test.tsv", "index\tsentence\n0\ta good film\n");
    this.write("space.json", JSON.stringify({ depth: [1, 2], heads: [1, 2], hidden: [8], intermediate: [16] }));
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, content: string | Uint8Array): string {
    writeFileSync(this.at(path), content);
    return this.at(path);
  }

  bytes(path: string): Buffer {
    return readFileSync(this.at(path));
  }

  list(): string[] {
    return readdirSync(this.folder).sort();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a command; where standard error says `interruptAt`, the user leaves. */
  async bort(args: readonly string[], interruptAt?: RegExp): Promise<Outcome> {
    const written = { stdout: "", stderr: "" };
    const leaving = new AbortController();
    const stream = (name: keyof typeof written) => ({
      write: (text: string): void => {
        written[name] += text;
        if (name === "stderr" && interruptAt?.test(text) === true) leaving.abort();
      },
    });
    const code = await run(args, { stdout: stream("stdout"), stderr: stream("stderr") }, leaving.signal);
    return { code, ...written, json: () => JSON.parse(written.stdout.trimEnd().split("\n").at(-1)!) as Record<string, unknown> };
  }

  /** Runs a command that must do what it is asked for; gives what `--json` prints. */
  async ok(args: readonly string[]): Promise<Record<string, unknown>> {
    const { code, stderr, json } = await this.bort([...args, "--json"]);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    return json();
  }

  /** Runs a command, quietly where it can, that must end with code 2 and one line, and leave the folder as it was; gives the line. */
  async refused(args: readonly string[], more: readonly string[] = ["--quiet"]): Promise<string> {
    const before = this.contents();
    const { code, stdout, stderr } = await this.bort([...args, ...more]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(/^bort: [^\n]+\n$/)]);
    expect(this.contents()).toEqual(before);
    return stderr;
  }

  /** Every file below the folder, with its size. */
  contents(): string[] {
    return readdirSync(this.folder, { recursive: true }).map((name) => `${String(name)} ${statSync(this.at(String(name))).size}`).sort();
  }

  /** The arguments of a small pre-training. */
  pretraining(out: string, ...more: readonly string[]): string[] {
    return ["pretrain", "--corpus", this.at("corpus"), "--arch", "2,2,16,32", "--vocab-size", "280", "--steps", "10", "--batch-size", "2",
      "--sequence-length", "16", "--learning-rate", "0.01", "--out", this.at(out), "--threads", "1", ...more];
  }

  /** The arguments of a small pre-training that goes on with the model in `model`. */
  furtherPretraining(model: string, out: string, ...more: readonly string[]): string[] {
    return ["pretrain", "--model", this.at(model), "--corpus", this.at("corpus"), "--steps", "6", "--batch-size", "2", "--learning-rate", "0.01",
      "--out", this.at(out), "--threads", "1", ...more];
  }

  /** The arguments of a small distillation from the model in `teacher`. */
  distillation(teacher: string, out: string, ...more: readonly string[]): string[] {
    return ["distill", "--teacher", this.at(teacher), "--corpus", this.at("corpus"), ...(more.includes("--arch") || more.includes("--student") ? [] : ["--arch", "1,2,8,16"]), "--steps", "6", "--batch-size", "2",
      "--out", this.at(out), "--threads", "1", ...more];
  }

  /** The arguments of a small training of a super-network: of the model in `model`, or a fresh one. */
  supernet(model: string | undefined, out: string, ...more: readonly string[]): string[] {
    const start = model === undefined ? ["--arch", "3,2,16,32", "--vocab-size", "280", "--sequence-length", "16"] : ["--model", this.at(model)];
    return ["supernet", "train", ...start, "--corpus", this.at("corpus"), "--steps", "6", "--batch-size", "2", "--learning-rate", "0.01", "--out", this.at(out), "--threads", "1", ...more];
  }

  /** The arguments of a small search below the model in `teacher`. */
  search(teacher: string, out: string, ...more: readonly string[]): string[] {
    return ["extract", "--teacher", this.at(teacher), "--corpus", this.at("corpus"), "--space", this.at("space.json"), "--batch-size", "2", "--epsilon", "1",
      "--latency", "flops", "--threads", "1", "--out", this.at(out), ...more];
  }
}

/** The arguments with one option's value replaced, or added. */
export function changed(args: readonly string[], option: string, value: string): string[] {
  const index = args.indexOf(option);
  return index < 0 ? [...args, option, value] : [...args.slice(0, index + 1), value, ...args.slice(index + 2)];
}

/** The result of a search, without the seconds that it took. */
export const untimed = (result: Record<string, unknown>): Record<string, unknown> => ({ ...result, certificate: { ...result["certificate"] as object, cost: null } });

const words = "the a of and river stone light house field walk see build old small bright quickly under over tree bird".split(" ");

function sentences(rng: Random, count: number): string {
  const sentence = (): string => Array.from({ length: 6 + rng.integer(6) }, () => words[rng.integer(words.length)]).join(" ");
  return Array.from({ length: count }, sentence).join(". ");
}
