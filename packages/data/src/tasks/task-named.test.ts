import { describe, expect, it } from "vitest";
import { taskDownload } from "./task-download.js";
import { castingsOf, taskNamed, textTasks } from "./task-named.js";

describe("taskNamed", () => {
  it("finds a task in any case, also by the name of its folder", () => {
    expect(taskNamed("COLA").metrics[0]).toBe("matthews");
    expect(["mnli", "diagnostic", "sst2", "rte", "axb"].map((name) => taskNamed(name).name)).toEqual(["MNLI-m", "AX", "SST-2", "RTE", "AX-b"]);
    for (const { name } of textTasks) expect(taskNamed(name.toLowerCase()).name).toBe(name);
  });

  it("lists the tasks there are when it finds none", () => {
    expect(() => taskNamed("snli")).toThrow(expect.objectContaining({ code: "data/unknown-task" }));
    for (const { name } of textTasks) expect(() => taskNamed("snli")).toThrow(name);
  });

  it("refuses a casting that the task has not, and balance without labels", () => {
    expect(() => taskNamed("wic", { casting: "multiple-choice" })).toThrow(/WiC has no casting "multiple-choice" but marked-spans/);
    expect(() => taskNamed("sts-b", { balance: true })).toThrow(/STS-B has values and no labels to balance/);
    expect(() => taskNamed("cola", { casting: "marked-spans" })).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });

  it("takes the castings that castingsOf lists", () => {
    expect(["copa", "race-h", "wic", "cola"].map(castingsOf)).toEqual([["multiple-choice"], ["multiple-choice"], ["marked-spans"], []]);
    for (const { name } of textTasks) for (const casting of castingsOf(name)) expect(taskNamed(name, { casting }).name).toBe(name);
  });
});

describe("textTasks", () => {
  it("are those of GLUE, SuperGLUE and RACE", () => {
    expect(textTasks.map(({ name }) => name)).toEqual([
      "CoLA", "SST-2", "MRPC", "STS-B", "QQP", "MNLI-m", "MNLI-mm", "QNLI", "RTE", "WNLI", "AX",
      "BoolQ", "CB", "COPA", "MultiRC", "ReCoRD", "SuperGLUE-RTE", "WiC", "WSC", "AX-b", "AX-g", "RACE-M", "RACE-H",
    ]);
  });

  it("agree with themselves: labels, positive ones, and the tasks whose models predict others", () => {
    for (const { kind, labels, positive, splits, modelOf, metrics } of textTasks) {
      expect(labels.length === 0).toBe(kind === "regression");
      if (positive !== undefined) expect(labels).toContain(positive);
      if (kind === "choice" || metrics.includes("f1")) expect(positive).toBeDefined();
      expect(modelOf === undefined).toBe(splits.includes("train"));
      if (modelOf !== undefined) expect([...taskNamed(modelOf).labels].sort()).toEqual([...labels].sort());
    }
  });
});

describe("taskDownload", () => {
  it("names a file of the hub for each split", () => {
    expect(taskDownload("mnli-mm")).toEqual({
      repository: "nyu-mll/glue", revision: "refs/convert/parquet", files: ["mnli/validation_mismatched/0000.parquet", "mnli/test_mismatched/0000.parquet"],
    });
    expect(taskDownload("wsc")).toMatchObject({ repository: "aps/super_glue", files: ["wsc/train/0000.parquet", "wsc/validation/0000.parquet", "wsc/test/0000.parquet"] });
    expect(taskDownload("race-h").files[1]).toBe("high/validation/0000.parquet");
  });
});
