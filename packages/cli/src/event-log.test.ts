import { appendFileSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { loggedEvents, openEventLog } from "./event-log.js";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const lines = (path: string): unknown[] => readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as unknown);

it("loggedEvents gives numbers that are not finite back as NaN, and an empty list where there is no log", () => {
  const path = place.at("loss.jsonl");
  expect(loggedEvents(path)).toEqual([]);
  const log = openEventLog(path);
  for (const loss of [1.5, NaN, Infinity]) log.append({ type: "step", step: 1, loss });
  log.close();
  expect(loggedEvents(path)).toEqual([1.5, NaN, NaN].map((loss) => ({ type: "step", step: 1, loss })));
});

describe("openEventLog", () => {
  const path = place.at("events.jsonl");
  const step = (number: number): object => ({ type: "step", step: number });
  const evaluation = (number: number, loss: number): object => ({ type: "evaluation", step: number, loss });

  it("writes each event at once", () => {
    const log = openEventLog(path);
    log.append(evaluation(0, 5));
    for (const number of [1, 2, 3]) {
      log.append(step(number));
      expect(lines(path).at(-1)).toEqual(step(number));
    }
    log.close();
  });

  it("goes on from a step: later events and a line cut short are dropped, an evaluation is not repeated", () => {
    appendFileSync(path, '{"type":"st');
    const log = openEventLog(path, 2);
    for (const event of [evaluation(0, 6), step(3), evaluation(3, 4)]) log.append(event);
    log.close();
    expect(lines(path)).toEqual([evaluation(0, 5), step(1), step(2), step(3), evaluation(3, 4)]);
  });

  it("begins anew without a step", () => {
    openEventLog(path).close();
    expect(lines(path)).toEqual([]);
  });
});
