import { type AgoraResult, type Condition, type HyperparameterSet, type RoundSummary } from "@bort/agora";
import { consoleTable } from "@bort/bench";

/** The rounds of a run, one a line. */
export function roundsTable(rounds: readonly RoundSummary[]): string {
  const best = rounds.reduce((most, { accuracy }) => Math.max(most, accuracy), 0);
  const replayed = rounds.some(({ replay }) => replay > 0);
  return consoleTable({
    columns: [
      { label: "round" }, { label: "|Theta|" }, { label: "|D|" }, { label: "accuracy" }, { label: "mistakes" }, { label: "generated" }, { label: "leave Theta" }, { label: "failed" },
    ],
    rows: rounds.map(({ round, replay, sets, examples, accuracy, mistakes, generated, leaving, failed }) =>
      [replayed ? `${round}.${replay}` : String(round), sets, examples, accuracy.toFixed(4), mistakes, generated, leaving, failed]),
    highlightRow: rounds.findIndex(({ accuracy }) => accuracy === best),
  });
}

/** A condition in a line. */
export const conditionLine = ({ name, status, note }: Condition): string => `${name}: ${status}; ${note}`;

export const setText = (set: HyperparameterSet): string => Object.entries(set).map(([name, value]) => `${name} ${value}`).join(", ");

/** What came of a run, in a line. */
export const agoraLine = ({ accuracy, theta, round, rounds, trainings, mostTrainings }: AgoraResult<HyperparameterSet>): string =>
  `accuracy ${accuracy.toFixed(4)} in round ${round} of ${rounds.length} with ${setText(theta)}; ${trainings} trainings of at most ${mostTrainings}`;
