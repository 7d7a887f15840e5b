import { formatTuple } from "@bort/arch";
import { type SearchEvent, type TrialLog } from "@bort/fptas";
import { openEventLog } from "./event-log.js";
import { Interruption } from "./interruption.js";
import { type NewBar } from "./progress.js";
import { type RunFolder } from "./run-folder.js";
import { type Found } from "./search-report.js";

export interface FollowSearchOptions {
  readonly run: Pick<RunFolder, "at">;
  readonly bars: NewBar;
  /** Trainings of a trial. */
  readonly seeds: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a search to its end with a progress bar; its trials go to `log`, which is closed, all events to `events.jsonl`, which is begun anew.
 *
 * @throws Interruption where the user left; what the search and the logs throw
 */
export async function followSearch(search: AsyncGenerator<SearchEvent, Found, void>, log: TrialLog, { run, bars, seeds, signal }: FollowSearchOptions): Promise<Found> {
  const progress = new TrialProgress(bars, seeds);
  try {
    const events = openEventLog(run.at("events.jsonl"));
    try {
      for (;;) {
        const { value, done } = await search.next();
        if (done === true) return value;
        await log.record(value);
        events.append(value);
        progress.show(value);
      }
    } finally {
      events.close();
      await search.return(undefined as never); // Where a log cannot be written, trials are still under way.
    }
  } catch (error) {
    throw signal.aborted ? new Interruption(`interrupted after ${progress.done} ${progress.done === 1 ? "trial" : "trials"}`, true) : error;
  } finally {
    progress.finish();
    await log.close();
  }
}

/** A bar over the trials of a search, those under way counted in parts. */
class TrialProgress {
  done = 0;
  /** Of each trial the parts that its seeds have done, by seed. */
  readonly #underWay = new Map<number, number[]>();
  #bar: ReturnType<NewBar> | undefined;
  #total = 0;

  constructor(private readonly bars: NewBar, private readonly seeds: number) {}

  show(event: SearchEvent): void {
    if (event.type === "step") {
      const parts = this.#underWay.get(event.index) ?? [];
      parts[event.seed ?? 0] = event.step.step / (event.step.steps + 1) / this.seeds;
      this.#underWay.set(event.index, parts);
      this.#update(event.of, formatTuple(event.arch));
    }
    if (event.type === "trial") {
      this.#underWay.delete(event.index);
      this.done++;
      this.#update(event.of, formatTuple(event.trial.arch));
    }
  }

  finish(): void {
    this.#bar?.finish();
  }

  #update(total: number, name: string): void {
    if (total !== this.#total) {
      this.#bar?.finish();
      this.#bar = this.bars("trials", total, this.done);
      this.#total = total;
    }
    this.#bar?.update([...this.#underWay.values()].flat().reduce((sum, part) => sum + part, this.done), name);
  }
}
