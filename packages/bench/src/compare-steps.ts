import { type Spread, geometricMean, spreadOf } from "./spread.js";

/** What one process measured of one shape. */
export interface StepRun {
  readonly medianMs: number;
  /** Name and version of what computed. */
  readonly version: string;
}

export interface CompareStepsOptions {
  readonly shapes: readonly string[];
  /** Ours. */
  readonly engines: readonly string[];
  /** What ours are compared with. Default: nothing; ours are then timed alone. */
  readonly peers?: readonly string[];
  /** Default 3. */
  readonly rounds?: number;
  /** Measures an engine or a peer, in a process of its own. */
  readonly run: (subject: string, shape: string) => Promise<StepRun>;
}

/** One run of many. */
export interface StepRunEvent {
  readonly type: "run";
  readonly subject: string;
  readonly shape: string;
  /** From 1. */
  readonly round: number;
  readonly medianMs: number;
}

/** An engine at a shape. */
export interface ComparedStep {
  readonly shape: string;
  readonly engine: string;
  readonly ms: Spread;
  readonly peers: readonly ComparedPeer[];
}

export interface ComparedPeer {
  readonly peer: string;
  readonly ms: Spread;
  /** Peer's time / ours, of each round: above 1 where ours is faster. */
  readonly ratio: Spread;
}

export interface StepComparison {
  readonly rounds: number;
  readonly steps: readonly ComparedStep[];
  /** Over all shapes, of the medians of the ratio. */
  readonly geometricMeans: readonly { readonly engine: string; readonly peer: string; readonly ratio: number }[];
  /** By engine or peer. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Times engines and peers in turn: in each round, at each shape, all engines before each peer, so that a peer's time is divided by one measured next to it
 * and a slow minute of the machine falls on both.
 */
export async function* compareSteps(options: CompareStepsOptions): AsyncGenerator<StepRunEvent, StepComparison, void> {
  const { shapes, engines, peers = [], rounds = 3 } = options;
  const versions: Record<string, string> = {};
  const pairs: Pair[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const shape of shapes) {
      for (const peer of peers.length === 0 ? [undefined] : peers) {
        const times = new Map<string, number>();
        for (const subject of peer === undefined ? engines : [...engines, peer]) {
          const { medianMs, version } = await options.run(subject, shape);
          versions[subject] = version;
          times.set(subject, medianMs);
          yield { type: "run", subject, shape, round, medianMs };
        }
        for (const engine of engines) pairs.push({ shape, engine, ms: times.get(engine)!, ...(peer !== undefined && { peer: { name: peer, ms: times.get(peer)! } }) });
      }
    }
  }
  const steps = shapes.flatMap((shape) => engines.map((engine) => comparedStep(shape, engine, peers, pairs)));
  const geometricMeans = engines.flatMap((engine) => peers.map((peer, i) => (
    { engine, peer, ratio: geometricMean(steps.filter((step) => step.engine === engine).map((step) => step.peers[i]!.ratio.median)) })));
  return { rounds, steps, geometricMeans, versions };
}

/** An engine's time, and that of the peer that was measured after it. */
interface Pair {
  readonly shape: string;
  readonly engine: string;
  readonly ms: number;
  readonly peer?: { readonly name: string; readonly ms: number };
}

function comparedStep(shape: string, engine: string, peers: readonly string[], pairs: readonly Pair[]): ComparedStep {
  const own = pairs.filter((pair) => pair.shape === shape && pair.engine === engine);
  return {
    shape,
    engine,
    ms: spreadOf(own.map(({ ms }) => ms)),
    peers: peers.map((peer) => {
      const against = own.flatMap((pair) => (pair.peer?.name === peer ? [{ ours: pair.ms, theirs: pair.peer.ms }] : []));
      return { peer, ms: spreadOf(against.map(({ theirs }) => theirs)), ratio: spreadOf(against.map(({ ours, theirs }) => theirs / ours)) };
    }),
  };
}
