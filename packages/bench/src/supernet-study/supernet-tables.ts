import { type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { type RankInterval } from "./rank-interval.js";
import { type SupernetStudy } from "./study-supernet.js";
import { meanFromScratch, type SupernetFindings, type TimeSaved } from "./supernet-findings.js";

const nats = (value: number): string => value.toFixed(3);
const whole = (value: number): string => value.toFixed(0);

/** The findings for a terminal. */
export const supernetText = ({ ranks, time, ...study }: SupernetStudy & SupernetFindings): string => [
  "held-out MLM loss of super-networks from one backbone, nats", consoleTable(samplingTable(study)),
  "shapes by three ways: as they are in the sandwich super-network, trained on from there, from scratch; losses in nats, seconds of each", consoleTable(shapeTable(study)),
  ...(ranks === null ? ["too few shapes for a rank correlation"] : [
    `rank correlation with the loss from scratch: inherited ${intervalText(ranks.inherited)}, trained on ${intervalText(ranks.further)}, parameters alone ${intervalText(ranks.parameters)}`,
  ]),
  ...(time === null ? [] : [timeText(time, study.shapes.length)]),
].join("\n");

const intervalText = ({ spearman, low, high, level }: RankInterval): string => `${nats(spearman)} (${100 * level}% interval ${nats(low)} to ${nats(high)})`;

const timeText = ({ fromScratchSeconds, supernetSeconds, evaluationSeconds, furtherSeconds, factor, factorFurther, breakEvenShapes }: TimeSaved, shapes: number): string =>
  `${shapes} shapes from scratch ${whole(fromScratchSeconds)} s; backbone and super-network ${whole(supernetSeconds)} s, their evaluation ${whole(evaluationSeconds)} s, further training ${
    whole(furtherSeconds)} s: inheriting is ${factor.toFixed(2)} times as fast, ${factorFurther.toFixed(2)} times with further training; ${
    breakEvenShapes === null ? "it is slower for any number of shapes" : `it is faster from ${breakEvenShapes} shapes on`}`;

function samplingTable({ supernets }: Pick<SupernetStudy, "supernets">): Table {
  const format = nats;
  return {
    columns: [
      { label: "networks of a step" }, { label: "steps" }, { label: "passes" }, { label: "seconds", format: whole }, { label: "largest", format }, { label: "smallest", format },
      { label: "random, mean", format }, { label: "random, least to most" },
    ],
    rows: supernets.map(({ name, steps, passes, seconds, losses: [largest, smallest, ...random] }) => [
      name, steps, passes, seconds, largest!, smallest!, random.reduce((sum, loss) => sum + loss / random.length, 0), `${nats(Math.min(...random))} to ${nats(Math.max(...random))}`,
    ]),
  };
}

const shapeTable = ({ shapes }: Pick<SupernetStudy, "shapes">): Table => ({
  columns: [
    { label: "widths" }, { label: "parameters" }, ...["inherited", "trained on", "from scratch", "inherited less from scratch"].map((label) => ({ label, format: nats })),
    ...["s, evaluated", "s, trained on", "s, from scratch"].map((label) => ({ label, format: (value: number) => value.toFixed(1) })),
  ],
  rows: shapes.toSorted((a, b) => a.parameters - b.parameters).map((studied) => {
    const { shape, parameters, inherited, further } = studied;
    const loss = meanFromScratch(studied, "loss");
    return [shape.join(" "), parameters, inherited.loss, further.loss, loss, inherited.loss - loss, inherited.seconds, further.seconds, meanFromScratch(studied, "seconds")];
  }),
});
