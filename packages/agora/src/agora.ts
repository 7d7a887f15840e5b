import { type TextExample } from "@bort/data";
import { AgoraError } from "./agora-error.js";
import { type AgoraEvent, type AgoraRecord, type AgoraResult, type RoundSummary, type TrainingPlace } from "./agora-events.js";
import { type AgoraOptions, type TimaeusResult, type TimaeusTask } from "./agora-options.js";
import { type Augmentation, augment } from "./augment.js";
import { balancedClasses } from "./balanced-classes.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";
import { lcsRoot, prune } from "./prune-rule.js";
import { requireDistinctSets } from "./require-distinct-sets.js";

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
  const { conditions = [], override = false, replay = { most: 0 }, pruneRule = lcsRoot(), rounds = Infinity, stopWithoutMistakes = true } = options;
  requireOptions(options);
  yield { type: "conditions", conditions };
  const violated = conditions.find(({ status }) => status === "violated");
  if (violated !== undefined && !override) {
    throw new AgoraError("agora/condition-violated", `agora: ${violated.name} is a condition of Agora: ${violated.note}; mend it, or override it`);
  }
  const run = new AgoraRun(options);
  let sets = options.hyperparameters.map((_, set) => set);
  for (let round = 1; sets.length > 0 && round <= rounds; round++) {
    for (let replays = 0; ; replays++) {
      yield { type: "begin", round, replay: replays, sets: sets.length, examples: run.examples };
      const trained = yield* run.train(sets, round, replays);
      const found = yield* run.expand(trained, round, replays);
      const asBefore = replays < replay.most && (replay.when ?? stalled)(found);
      const done = stopWithoutMistakes && found.mistakes === 0;
      const ranked = trained.map(({ set }) => options.hyperparameters[set]!);
      const leaving = done ? ranked.map((_, place) => place) : asBefore ? [] : prune(pruneRule, ranked, options.hyperparameters);
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
    this.#examples = balancedClasses(options.train, options, 0);
  }

  /** |D|. */
  get examples(): number {
    return this.#examples.length;
  }

  /** Trains Timaeus with every set, and names each model to be discarded that is not the round's best so far; returns them by accuracy, the worst first, of equal ones the later, those that failed before all others. */
  async *train(sets: readonly number[], round: number, replay: number): AsyncGenerator<AgoraEvent<Theta, Progress>, Trained[], void> {
    const places = sets.map((set): TrainingPlace => ({ round, replay, set }));
    const known = new Map<number, Trained>();
    let leader: Trained | undefined;
    const note = (record: AgoraRecord): void => {
      if (record.type === "generated") return;
      const trained: Trained = { set: record.place.set, result: record.type === "trained" ? record.result : undefined };
      known.set(trained.set, trained);
      const [loser, winner] = leader === undefined ? [undefined, trained] : [leader, trained].sort(byAccuracy) as [Trained, Trained];
      leader = winner;
      if (loser?.result !== undefined) this.options.onDiscard?.(loser.result.model);
    };
    for (const place of places) {
      const record = this.#completed.get(keyOf({ type: "trained", place }));
      if (record === undefined) continue;
      note(record);
      yield { type: "record", record, resumed: true };
    }
    for await (const event of this.#make(places.filter(({ set }) => !known.has(set)))) {
      yield event; // A record is in the journal before a model is discarded for it.
      if (event.type === "record") note(event.record);
    }
    this.#trainings += sets.length;
    return sets.map((set) => known.get(set)!).sort(byAccuracy);
  }

  /** Notes the round's best, and adds to D what tau and Socrates make of its mistakes. */
  async *expand(trained: readonly Trained[], round: number, replay: number): AsyncGenerator<AgoraEvent<Theta, Progress>, RoundSummary, void> {
    const { set, result } = trained.at(-1)!;
    if (result === undefined) throw new AgoraError("agora/no-model", `agora: a round needs a training that does not fail, got none of ${trained.length}; see why they failed`);
    const accuracyBefore = this.#best?.result.accuracy ?? 0;
    this.#keepBest({ result, set, round });
    const examples = this.#examples.length;
    const { examples: generated, transformed } = yield* this.#generate(result.mistakes, round, replay);
    this.#examples = balancedClasses([...this.#examples, ...generated], this.options, round, replay);
    const failed = trained.filter((each) => each.result === undefined).length;
    return {
      round, replay, set, accuracy: result.accuracy, accuracyBefore, examples, sets: trained.length, leaving: 0, failed, mistakes: result.mistakes.length, transformed,
      generated: generated.length,
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

  async *#generate(mistakes: readonly number[], round: number, replay: number): AsyncGenerator<AgoraEvent<Theta, Progress>, Augmentation, void> {
    const known = this.#completed.get(keyOf({ type: "generated", round, replay }));
    if (known?.type === "generated") {
      yield { type: "record", record: known, resumed: true };
      return known;
    }
    const made = await augment(this.#mistaken(mistakes), { ...this.options, seed: this.#seed, keys: [round, replay], signal: this.#signal });
    this.#signal.throwIfAborted();
    yield { type: "record", record: { type: "generated", round, replay, ...made }, resumed: false };
    return made;
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

  #keepBest(found: Best): void {
    const before = this.#best;
    const surpasses = before === undefined || found.result.accuracy > before.result.accuracy;
    if (surpasses) this.#best = found;
    const loser = surpasses ? before : found;
    if (loser !== undefined) this.options.onDiscard?.(loser.result.model);
  }
}

/** By accuracy, the worst first, those that failed before all others; of equal ones the set that comes later in Theta is worse. */
const byAccuracy = (a: Trained, b: Trained): number => (a.result?.accuracy ?? -1) - (b.result?.accuracy ?? -1) || b.set - a.set;

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

function requireOptions<Theta extends HyperparameterSet, Progress>({ hyperparameters, train, evaluation, copies = 1, rounds = Infinity, replay = { most: 0 } }: AgoraOptions<Theta, Progress>): void {
  const need = (met: boolean, what: string, got: string): void => {
    if (!met) throw new AgoraError("agora/bad-option", `agora: ${what}, got ${got}`);
  };
  need(hyperparameters.length > 0, "Theta needs a hyperparameter set", "none");
  requireDistinctSets(hyperparameters);
  need(train.length > 0, "D needs an example", "none");
  need(evaluation.length > 0, "E needs an example", "none");
  need(Number.isSafeInteger(copies) && copies >= 1, "the copies of a mistake must be a whole number from 1", String(copies));
  need(rounds === Infinity || (Number.isSafeInteger(rounds) && rounds >= 1), "the rounds must be a whole number from 1", String(rounds));
  need(Number.isSafeInteger(replay.most) && replay.most >= 0, "the replays of a round must be a whole number from 0", String(replay.most));
}
