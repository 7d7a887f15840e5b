import { describe, expect, it } from "vitest";
import { displayWidth } from "./display-width.js";
import { progressBar, type ProgressOptions } from "./progress-bar.js";

/** A stream that keeps what is written, and a clock that the test moves. */
function recorded(terminal: { isTTY?: boolean; columns?: number }, options: Omit<ProgressOptions, "clock">) {
  const written: string[] = [];
  const time = { ms: 5000 };
  const bar = progressBar({ ...terminal, write: (text) => written.push(text) }, { ...options, clock: () => time.ms });
  return { bar, written, time };
}

describe("progressBar on a terminal", () => {
  it("redraws one line and ends it once", () => {
    const { bar, written, time } = recorded({ isTTY: true, columns: 60 }, { label: "train", total: 200 });
    time.ms += 10_000;
    bar.update(50, "loss 2.5");
    time.ms += 30_000;
    bar.update(200);
    bar.finish();
    bar.finish();
    bar.update(1);
    expect(written).toEqual([
      "\rtrain  ███░░░░░░░░░░   25%  50/200  5/s  30s left  loss 2.5\u001b[K",
      "\rtrain  █████████████  100%  200/200  5/s  0s left  loss 2.5\u001b[K",
      "\rtrain  ██████████████  100%  200/200  5/s  in 40s  loss 2.5\u001b[K\n",
    ]);
  });

  it("shows parts of a unit to a tenth", () => {
    const { bar, written, time } = recorded({ isTTY: true, columns: 60 }, { label: "x", total: 4 });
    time.ms += 1000;
    bar.update(2.806451612903226);
    expect(written[0]).toContain(" 2.8/4 ");
  });

  it("draws at most every 100 ms", () => {
    const { bar, written, time } = recorded({ isTTY: true }, { label: "x", total: 1000 });
    for (let done = 1; done <= 1000; done++) {
      time.ms += 1;
      bar.update(done);
    }
    expect(written).toHaveLength(10);
    bar.finish();
    expect(written.at(-1)).toContain("1000/1000");
  });

  it("fits the terminal, whatever its width", () => {
    for (const columns of [1, 10, 20, 30, 60, 200]) {
      const { bar, written, time } = recorded({ isTTY: true, columns }, { label: "模型 search", total: 360 });
      time.ms += 7_300_000;
      bar.update(180, "best\n4,8,1024,768");
      const line = written[0]!.slice(1, -"\u001b[K".length);
      expect(displayWidth(line)).toBeLessThan(columns);
      expect(line.includes("█")).toBe(columns === 200);
      expect(line.includes("2:01:40 left")).toBe(columns >= 60);
    }
  });
});

describe("progressBar elsewhere", () => {
  it("prints a line per tenth", () => {
    const { bar, written, time } = recorded({}, { label: "prepare", total: 1000 });
    for (let done = 1; done <= 1000; done++) {
      time.ms += 250;
      bar.update(done);
    }
    bar.finish("done");
    expect(written).toHaveLength(10);
    expect(written.slice(0, 2)).toEqual(["prepare   10%  100/1000  4/s  3:45 left\n", "prepare   20%  200/1000  4/s  3:20 left\n"]);
    expect(written[9]).toBe("prepare  100%  1000/1000  4/s  in 4:10  done\n");
  });

  it("counts the rate from where a resumed run began", () => {
    const { bar, written, time } = recorded({}, { label: "train", total: 100, start: 50 });
    time.ms += 5000;
    bar.update(55);
    expect(written).toEqual([]);
    time.ms += 5000;
    bar.update(60);
    expect(written).toEqual(["train   60%  60/100  1/s  40s left\n"]);
  });

  it("says how far an interrupted run came", () => {
    const { bar, written, time } = recorded({}, { label: "train", total: 100 });
    time.ms += 4000;
    bar.update(8);
    bar.finish("interrupted");
    expect(written).toEqual(["train    8%  8/100  2/s  in 4s  interrupted\n"]);
  });

  it("has nothing to do where the total is 0", () => {
    const { bar, written } = recorded({}, { label: "train", total: 0 });
    bar.finish();
    expect(written).toEqual(["train  100%  0/0  in 0s\n"]);
  });
});

describe("progressBar", () => {
  it("writes nothing when quiet", () => {
    const { bar, written, time } = recorded({ isTTY: true }, { label: "x", total: 2, quiet: true });
    time.ms += 1000;
    bar.update(1);
    bar.finish();
    expect(written).toEqual([]);
  });

  it.each([{ total: -1 }, { total: Number.NaN }, { total: Infinity }, { total: 1, start: -1 }])("refuses %j", (options) => {
    expect(() => recorded({}, { label: "x", ...options })).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
  });
});
