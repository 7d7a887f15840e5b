import { BenchError } from "../bench-error.js";
import { type ComparedStep, type StepComparison, type StepRun, type StepRunEvent, compareSteps } from "../compare-steps.js";
import { thisMachine } from "../machine.js";
import { runChild } from "../run-child.js";
import { type Column, type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type Finding, type Flags, countFlag, jsonFile, noArguments, textFlag } from "./command.js";
import { onEngine, threadsFlag } from "./on-engine.js";
import { stepChild } from "./step-child.js";

/** The flags of a command that compares, beside those of one that measures a shape. */
export const comparisonFlags: readonly string[] = ["peer", "peer-script", "rounds", "shapes", "out"];

/** A command that measures a shape, and what it is compared with. */
export interface ComparedWork {
  readonly command: "finetune" | "step";
  /** Modes of the peers' script. */
  readonly peers: readonly string[];
  /** Where the script is that no flag names. */
  readonly script: () => string | undefined;
  readonly shapes: readonly string[];
  /** Throws where a shape is none. */
  readonly parseShape: (shape: string) => unknown;
}

/** Steps of all shapes, on one engine or both, in turn with the peers where a Python is given; every run in a process of its own. */
export async function compareAll(work: ComparedWork, positionals: readonly string[], flags: Flags): Promise<Finding> {
  noArguments(positionals);
  const { command, peers } = work;
  const settings = { threads: threadsFlag(flags), repeats: countFlag(flags, "repeats", { fallback: 9 }) };
  const peer = peerOf(work, flags);
  const { comparison, runs } = await finished(compareSteps({
    shapes: shapesOf(work, flags),
    engines: flags["engine"] === "both" ? ["onnx", "native"] : [await onEngine(flags, async (_, { engine }) => engine)],
    peers: peer === undefined ? [] : peers,
    rounds: countFlag(flags, "rounds", { fallback: 3 }),
    run: (subject, shape) => (peers.includes(subject) ? peerStep(peer!, subject, shape, settings) : stepChild(shape, { command, engine: subject, ...settings })),
  }));
  const result = { machine: thisMachine(), ...settings, ...comparison, runs };
  return { result, text: textOf(command, comparison), files: { [`${command}.json`]: jsonFile(result) } };
}

/** @throws BenchError `bench/bad-option` for a flag of comparisons where one shape is measured */
export function refuseComparisonFlags({ command }: ComparedWork, flags: Flags): void {
  const stray = comparisonFlags.find((name) => flags[name] !== undefined);
  if (stray !== undefined) throw new BenchError("bench/bad-option", `bench: --${stray} is of ${command} --all; leave it out, or measure all`);
}

interface Peer {
  readonly python: string;
  readonly script: string;
}

interface PeerSettings {
  readonly threads: number;
  readonly repeats: number;
}

function peerOf(work: ComparedWork, flags: Flags): Peer | undefined {
  const python = textFlag(flags, "peer");
  const script = textFlag(flags, "peer-script") ?? work.script();
  if (python === undefined) {
    if (flags["peer-script"] === undefined) return undefined;
    throw new BenchError("bench/bad-option", "bench: --peer-script needs a Python to run it, given as --peer; name one that has torch");
  }
  if (script === undefined || script === "") {
    throw new BenchError("bench/bad-option", "bench: --peer needs the script to run, which takes a mode, a shape and repeats; give it as --peer-script or in BORT_PEER");
  }
  return { python, script };
}

/** The script's interface: `script MODE SHAPE REPEATS`, threads in OMP_NUM_THREADS, one line of JSON with `medianMs` and the version of `torch`. */
async function peerStep({ python, script }: Peer, mode: string, shape: string, { threads, repeats }: PeerSettings): Promise<StepRun> {
  const answer = await runChild(python, [script, mode, shape, String(repeats)], { ...process.env, OMP_NUM_THREADS: String(threads) });
  const { medianMs, torch } = answer as { readonly medianMs?: unknown; readonly torch?: unknown };
  if (typeof medianMs !== "number" || !(medianMs > 0)) {
    throw new BenchError("bench/child-failed", `bench: ${script} ${mode} must print medianMs, a number above 0, got ${JSON.stringify(answer)}`);
  }
  return { medianMs, version: `torch ${String(torch)}` };
}

function shapesOf(work: ComparedWork, flags: Flags): readonly string[] {
  const shapes = textFlag(flags, "shapes")?.split(/[\s;]+/).filter((shape) => shape !== "") ?? work.shapes;
  for (const shape of shapes) work.parseShape(shape);
  if (shapes.length === 0) throw new BenchError("bench/bad-option", "bench: --shapes needs at least one shape, got none; separate shapes by spaces");
  return shapes;
}

/** A comparison and its runs, which are told as they come. */
async function finished(events: ReturnType<typeof compareSteps>): Promise<{ readonly comparison: StepComparison; readonly runs: readonly StepRunEvent[] }> {
  const runs: StepRunEvent[] = [];
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { comparison: value, runs };
    runs.push(value);
    process.stderr.write(`round ${value.round}, ${value.shape}: ${value.subject} ${value.medianMs.toFixed(1)} ms\n`);
  }
}

function textOf(command: string, { rounds, steps, geometricMeans, versions }: StepComparison): string {
  const means = geometricMeans.map(({ engine, peer, ratio }) => `${peer} / ${engine}: ${ratio.toFixed(3)} in the geometric mean`);
  const names = Object.entries(versions).map(([subject, version]) => `${subject}: ${version}`);
  return [`${command}, ${rounds} rounds; a ratio is the peer's time divided by ours`, consoleTable(tableOf(steps)), ...means, ...names].join("\n");
}

const milliseconds = (value: number): string => value.toFixed(1);
const ratio = (value: number): string => value.toFixed(2);

function tableOf(steps: readonly ComparedStep[]): Table {
  const peers = steps[0]!.peers.map(({ peer }) => peer);
  const columns: Column[] = [
    { label: "shape" }, { label: "engine" }, { label: "ms", format: milliseconds },
    ...peers.flatMap((peer) => [{ label: `${peer} ms`, format: milliseconds }, ...["ratio", "least", "most"].map((label) => ({ label, format: ratio }))]),
  ];
  const rows = steps.map(({ shape, engine, ms, peers: compared }) => [
    shape, engine, ms.median, ...compared.flatMap((peer) => [peer.ms.median, peer.ratio.median, peer.ratio.least, peer.ratio.most]),
  ]);
  return { columns, rows };
}
