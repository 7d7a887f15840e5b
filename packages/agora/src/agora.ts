import { balanced, random, type TextExample } from "@bort/data";
import { AgoraError } from "./agora-error.js";
import { type AgoraEvent, type AgoraRecord, type AgoraResult, type RoundSummary, type TrainingPlace } from "./agora-events.js";
import { type AgoraOptions, type TimaeusResult, type TimaeusTask } from "./agora-options.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";
import { lcsRoot, prune } from "./prune-rule.js";

/**
 * Fine-tunes a small model, Timaeus, with every hyperparameter set; transforms what the best of them has wrong by tau, has a teacher, Socrates, label it, adds
 * it to the data; prunes the sets; and so on until none is left.
 *
 *     require accuracy(Socrates, E) > 2/3; balance D
 *     while Theta is not empty:
 *       train Timaeus on D with each theta; best <- the best on E so far
 *       D <- balance(D + Socrates(tau(mistakes of the round's best)))
 *       prune Theta by the accuracies of the round
 *
 * A run depends on its options alone: given what it recorded before it was killed, it repeats no training and ends alike. Read the outcome from the last event
 * or from the generator's return value.
 *
 * @throws AgoraError `agora/condition-violated` unless overridden, `agora/bad-option`, `agora/no-model` where every training of a round failed,
 * `agora/bad-executor`; what executor, tau and Socrates throw
 *
 * Source: de Wynter 2020 (arXiv 2010.07990); Bort, section 5.
 */
export async function* agora<Theta extends HyperparameterSet, Progress>(
  options: AgoraOptions<Theta, Progress>,
): AsyncGenerator<AgoraEvent<Theta, Progress>, AgoraResult<Theta>, void> {
  const { conditions = [], override = false, replay = { most: 0 }, pruneRule = lcsRoot(), stopWithoutMistakes = true } = options;
  requireOptions(options);
  yield { type: "conditions", conditions };
  const violated = conditions.find(({ status }) => status === "violated");
  if (violated !== undefined && !override) {
    throw new AgoraError("agora/condition-violated", `agora: ${violated.name} is a condition of Agora: ${violated.note}; mend it, or override it`);
  }
  const run = new AgoraRun(options);
  let sets = options.hyperparameters.map((_, set) => set);
  for (let round = 1; sets.length > 0; round++) {
    for (let replays = 0; ; replays++) {
      const trained = yield* run.train(sets, round, replays);
      const found = yield* run.expand(trained, round, replays);
      const asBefore = replays < replay.most && (replay.when ?? stalled)(found);
      const done = stopWithoutMistakes && found.mistakes === 0;
      const ranked = trained.map(({ set }) => options.hyperparameters[set]!);
      const leaving = done ? ranked.map((_, place) => place) : asBefore ? [] : prune(pruneRule, ranked);
      yield { type: "round", summary: run.conclude({ ...found, leaving: leaving.length }) };
      if (asBefore && !done) continue;
      const left = new Set(leaving.map((place) => trained[place]!.set));
      sets = sets.filter((set) => !left.has(set));
      break;
    }
  }
  const result = run.result(replay.most);
  yield { type: "chosen", result };
  return result;
}

/** Whether a round did not surpass those before it. */
const stalled = ({ accuracy, accuracyBefore }: RoundSummary): boolean => accuracy <= accuracyBefore;

/** A set of a round, with what its training came to; `undefined` where it failed. */
interface Trained {
  readonly set: number;
  readonly result: TimaeusResult | undefined;
}

interface Best {
  readonly result: TimaeusResult;
  readonly set: number;
  readonly round: number;
}

class AgoraRun<Theta extends HyperparameterSet, Progress> {
  readonly #signal: AbortSignal;
  readonly #seed: number;
  readonly #completed: ReadonlyMap<string, AgoraRecord>;
  readonly #rounds: RoundSummary[] = [];
  #examples: readonly TextExample[];
  #best: Best | undefined;
  #trainings = 0;

  constructor(private readonly options: AgoraOptions<Theta, Progress>) {
    this.#signal = options.signal ?? new AbortController().signal;
    this.#seed = options.seed ?? 0;
    this.#completed = new Map((options.completed ?? []).map((record) => [keyOf(record), record]));
    this.#examples = this.#balanced(options.train, 0);
  }

  /** Trains Timaeus with every set; returns them by accuracy, the worst first, of equal ones the later, those that failed before all others. */
  async *train(sets: readonly number[], round: number, replay: number): AsyncGenerator<AgoraEvent<Theta, Progress>, Trained[], void> {
    const places = sets.map((set): TrainingPlace => ({ round, replay, set }));
    const known = new Map<number, AgoraRecord>();
    for (const place of places) {
      const record = this.#completed.get(keyOf({ type: "trained", place }));
      if (record === undefined) continue;
      known.set(place.set, record);
      yield { type: "record", record, resumed: true };
    }
    for await (const event of this.#make(places.filter(({ set }) => !known.has(set)))) {
      if (event.type === "record") known.set((event.record as Extract<AgoraRecord, { place: TrainingPlace }>).place.set, event.record);
      yield event;
    }
    this.#trainings += sets.length;
    return sets.map((set): Trained => {
      const record = known.get(set)!;
      return { set, result: record.type === "trained" ? record.result : undefined };
    }).sort((a, b) => (a.result?.accuracy ?? -1) - (b.result?.accuracy ?? -1) || b.set - a.set);
  }

  /** Notes the round's best, and adds to D what tau and Socrates make of its mistakes. */
  async *expand(trained: readonly Trained[], round: number, replay: number): AsyncGenerator<AgoraEvent<Theta, Progress>, RoundSummary, void> {
    const { set, result } = trained.at(-1)!;
    if (result === undefined) throw new AgoraError("agora/no-model", `agora: a round needs a training that does not fail, got none of ${trained.length}; see why they failed`);
    const accuracyBefore = this.#best?.result.accuracy ?? 0;
    this.#keepBest({ result, set, round }, trained);
    const examples = this.#examples.length;
    const generated = yield* this.#generate(result.mistakes, round, replay);
    this.#examples = this.#balanced([...this.#examples, ...generated], round, replay);
    const failed = trained.filter((each) => each.result === undefined).length;
    return {
      round, replay, set, accuracy: result.accuracy, accuracyBefore, examples, sets: trained.length, leaving: 0, failed, mistakes: result.mistakes.length, generated: generated.length,
    };
  }

  conclude(summary: RoundSummary): RoundSummary {
    this.#rounds.push(summary);
    return summary;
  }

  result(mostReplays: number): AgoraResult<Theta> {
    const { hyperparameters } = this.options;
    const { result: { model, accuracy }, set, round } = this.#best!;
    return {
      model, accuracy, theta: hyperparameters[set]!, round, convergent: hyperparameters[this.#rounds.at(-1)!.set]!, rounds: this.#rounds, trainings: this.#trainings,
      mostTrainings: ((hyperparameters.length * (hyperparameters.length + 1)) / 2) * (1 + mostReplays),
    };
  }

  async *#make(places: readonly TrainingPlace[]): AsyncGenerator<AgoraEvent<Theta, Progress>, void, void> {
    if (places.length === 0) return;
    const underWay = new Map(places.map((place) => [place.set, place]));
    const requests = places.map((place) => ({ id: place.set, task: this.#task(place) }));
    for await (const report of this.options.executor.run(requests, { signal: this.#signal })) {
      this.#signal.throwIfAborted();
      const place = underWay.get(report.id);
      if (place === undefined) throw new AgoraError("agora/bad-executor", `agora: an executor must report of trainings under way, got ${report.id}; correct it`);
      if (report.type === "progress") {
        yield { type: "progress", place, progress: report.progress };
        continue;
      }
      underWay.delete(report.id);
      yield { type: "record", record: recordOf(place, report), resumed: false };
    }
    this.#signal.throwIfAborted();
    if (underWay.size > 0) {
      throw new AgoraError("agora/bad-executor", `agora: an executor must give an outcome for every training, got ${places.length - underWay.size} for ${places.length}; correct it`);
    }
  }

  #task({ round, replay, set }: TrainingPlace): TimaeusTask<Theta> {
    const from = this.options.start === "best" ? this.#best?.result.model : undefined;
    return { theta: this.options.hyperparameters[set]!, examples: this.#examples, round, replay, ...(from !== undefined && { from }) };
  }

  async *#generate(mistakes: readonly number[], round: number, replay: number): AsyncGenerator<AgoraEvent<Theta, Progress>, readonly TextExample[], void> {
    const known = this.#completed.get(keyOf({ type: "generated", round, replay }));
    if (known?.type === "generated") {
      yield { type: "record", record: known, resumed: true };
      return known.examples;
    }
    const examples = await this.#transformed(this.#mistaken(mistakes), round, replay);
    this.#signal.throwIfAborted();
    yield { type: "record", record: { type: "generated", round, replay, examples }, resumed: false };
    return examples;
  }

  #mistaken(places: readonly number[]): readonly TextExample[] {
    const { mistakesOf = "evaluation", evaluation } = this.options;
    const source = mistakesOf === "evaluation" ? evaluation : this.#examples;
    return places.map((place) => {
      const example = source[place];
      if (example === undefined) throw new AgoraError("agora/bad-executor", `agora: a mistake must be one of ${source.length} examples, got number ${place}; correct the executor`);
      return example;
    });
  }

  /** What tau makes of them, without what it left as it was, labelled by Socrates. */
  async #transformed(sources: readonly TextExample[], round: number, replay: number): Promise<readonly TextExample[]> {
    const { tau, socrates, copies = 1 } = this.options;
    const signal = this.#signal;
    const made: TextExample[] = [];
    for (let copy = 0; copy < copies && sources.length > 0; copy++) {
      const transformed = await tau.transform(sources, { random: random(this.#seed, "tau", round, replay, copy), signal });
      made.push(...transformed.flatMap((example, i) => (example === undefined || isSame(example, sources[i]!) ? [] : example)));
    }
    return made.length === 0 ? [] : socrates(made, { signal });
  }

  #balanced(examples: readonly TextExample[], ...keys: readonly number[]): readonly TextExample[] {
    const { balance = balanced } = this.options;
    return balance === false ? examples : balance(examples, random(this.#seed, "balance", ...keys).integer(2 ** 32));
  }

  #keepBest(found: Best, trained: readonly Trained[]): void {
    const before = this.#best;
    this.#best = before === undefined || found.result.accuracy > before.result.accuracy ? found : before;
    const { model: kept } = this.#best.result;
    const models = [...(before === undefined ? [] : [before.result.model]), ...trained.flatMap(({ result }) => result?.model ?? [])];
    for (const model of models) if (model !== kept) this.options.onDiscard?.(model);
  }
}

const isSame = (a: TextExample, b: TextExample): boolean => a.text === b.text && a.pair === b.pair;

type Outcome = { readonly type: "failed"; readonly reason: string; readonly seconds: number } | { readonly type: "finished"; readonly result: TimaeusResult; readonly seconds: number };

function recordOf(place: TrainingPlace, outcome: Outcome): AgoraRecord {
  const { seconds } = outcome;
  if (outcome.type === "failed") return { type: "failed", place, reason: outcome.reason, seconds };
  const { accuracy } = outcome.result;
  return Number.isFinite(accuracy) && accuracy >= 0 && accuracy <= 1
    ? { type: "trained", place, result: outcome.result, seconds }
    : { type: "failed", place, reason: `its accuracy is ${accuracy}`, seconds };
}

type Keyed = { readonly type: "failed" | "trained"; readonly place: TrainingPlace } | { readonly type: "generated"; readonly round: number; readonly replay: number };

const keyOf = (record: Keyed): string =>
  record.type === "generated" ? `generated ${record.round}.${record.replay}` : `${record.place.round}.${record.place.replay} ${record.place.set}`;

function requireOptions<Theta extends HyperparameterSet, Progress>({ hyperparameters, train, evaluation, copies = 1, replay = { most: 0 } }: AgoraOptions<Theta, Progress>): void {
  const need = (met: boolean, what: string, got: string): void => {
    if (!met) throw new AgoraError("agora/bad-option", `agora: ${what}, got ${got}`);
  };
  need(hyperparameters.length > 0, "Theta needs a hyperparameter set", "none");
  need(train.length > 0, "D needs an example", "none");
  need(evaluation.length > 0, "E needs an example", "none");
  need(Number.isSafeInteger(copies) && copies >= 1, "the copies of a mistake must be a whole number from 1", String(copies));
  need(Number.isSafeInteger(replay.most) && replay.most >= 0, "the replays of a round must be a whole number from 0", String(replay.most));
}
