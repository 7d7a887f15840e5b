import { type AgoraEvent, type AgoraRecord, type AgoraResult, type FineTuningSet, type TimaeusStep } from "@bort/agora";
import { type Journal } from "@bort/trials";
import { conditionLine } from "./agora-table.js";
import { openEventLog } from "./event-log.js";
import { Interruption } from "./interruption.js";
import { type NewBar } from "./progress.js";
import { type RunFolder } from "./run-folder.js";

export interface FollowAgoraOptions {
  readonly run: Pick<RunFolder, "at">;
  readonly journal: Journal<AgoraRecord>;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
  /** Takes lines for people: what the conditions are. */
  readonly tell: (line: string) => void;
}

type Event = AgoraEvent<FineTuningSet, TimaeusStep>;
type Result = AgoraResult<FineTuningSet>;

/**
 * Runs Agora to its end with a progress bar for each round; its records go to the journal, all events but single steps to `events.jsonl`, which is begun anew.
 *
 * @throws Interruption where the user left; what Agora and the logs throw
 */
export async function followAgora(running: AsyncGenerator<Event, Result, void>, { run, journal, bars, signal, tell }: FollowAgoraOptions): Promise<Result> {
  const progress = new RoundProgress(bars);
  let trainings = 0;
  const events = openEventLog(run.at("events.jsonl"));
  try {
    for (;;) {
      const { value, done } = await running.next();
      if (done === true) return value;
      if (value.type === "record" && !value.resumed) await journal.append(value.record);
      if (value.type === "record" && value.record.type !== "generated") trainings++;
      if (value.type === "conditions") value.conditions.map(conditionLine).forEach(tell);
      if (value.type !== "progress") events.append(value);
      progress.show(value);
    }
  } catch (error) {
    throw signal.aborted ? new Interruption(`interrupted after ${trainings} ${trainings === 1 ? "training" : "trainings"}`, trainings > 0) : error;
  } finally {
    progress.finish();
    events.close();
    await running.return(undefined as never); // Where a log cannot be written, trainings are still under way.
  }
}

/** A bar over the trainings of a round, those under way counted in parts. */
class RoundProgress {
  readonly #underWay = new Map<number, number>();
  #bar: ReturnType<NewBar> | undefined;
  #done = 0;

  constructor(private readonly bars: NewBar) {}

  show(event: Event): void {
    switch (event.type) {
      case "begin":
        this.#done = 0;
        this.#bar = this.bars(`round ${event.round}${event.replay > 0 ? `.${event.replay}` : ""}, ${event.examples} examples`, event.sets);
        break;
      case "progress":
        this.#underWay.set(event.place.set, event.progress.step / (event.progress.steps + 1));
        this.#update(`set ${event.place.set}, loss ${event.progress.loss.toFixed(3)}`);
        break;
      case "record":
        if (event.record.type === "generated") break;
        this.#underWay.delete(event.record.place.set);
        this.#done++;
        this.#update(event.record.type === "trained" ? `set ${event.record.place.set}, accuracy ${event.record.result.accuracy.toFixed(4)}` : `set ${event.record.place.set} failed`);
        break;
      case "round":
        this.#bar?.finish(`best ${event.summary.accuracy.toFixed(4)}`);
    }
  }

  finish(): void {
    this.#bar?.finish();
  }

  #update(note: string): void {
    this.#bar?.update([...this.#underWay.values()].reduce((sum, part) => sum + part, this.#done), note);
  }
}
