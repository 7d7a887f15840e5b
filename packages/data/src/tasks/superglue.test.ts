import { describe, expect, it } from "vitest";
import { taskNamed } from "./task-named.js";
import { folderWith, jsonl } from "./test-files.js";
import { type TextExample } from "./text-task.js";

const read = async (name: string, split: "train" | "dev" | "test", files: Readonly<Record<string, string>>, options = {}): Promise<readonly TextExample[]> =>
  taskNamed(name, options).examples(split, await folderWith(files));

describe("SuperGLUE's own files", () => {
  it("BoolQ: passage and question, with truth values for labels", async () => {
    const rows = [{ question: "is rain wet", passage: "Rain -- Rain is wet.", idx: 4, label: true }, { question: "is it dry", passage: "Rain.", idx: 5, label: false }];
    expect(await read("boolq", "dev", { "superglue/BoolQ/val.jsonl": jsonl(...rows) })).toEqual([
      { text: "Rain -- Rain is wet.", pair: "is rain wet", label: "true", index: [4] }, { text: "Rain.", pair: "is it dry", label: "false", index: [5] },
    ]);
  });

  it("CB and RTE: premise and hypothesis, with labels by name", async () => {
    const row = { premise: "It may rain.", hypothesis: "It rains", idx: 0 };
    expect(await read("cb", "dev", { "CB/val.jsonl": jsonl({ ...row, label: "neutral" }) })).toEqual([{ text: "It may rain.", pair: "It rains", label: "neutral", index: [0] }]);
    expect(await read("SuperGLUE-RTE", "test", { "RTE/test.jsonl": jsonl(row) })).toEqual([{ text: "It may rain.", pair: "It rains", index: [0] }]);
    expect(taskNamed("SuperGLUE-RTE").labels).toEqual(taskNamed("RTE").labels);
  });

  it("COPA: an example for each choice, or one with both", async () => {
    const files = { "COPA/val.jsonl": jsonl(
      { premise: "The road was wet.", choice1: "It had rained.", choice2: "It was noon.", question: "cause", label: 0, idx: 3 },
      { premise: "The road was wet.", choice1: "It was noon.", choice2: "A car slid.", question: "effect", label: 1, idx: 4 },
    ) };
    expect(await read("copa", "dev", files)).toEqual([
      { text: "The road was wet. because It had rained.", group: "3", label: "1", index: [3, 0] },
      { text: "The road was wet. because It was noon.", group: "3", label: "0", index: [3, 1] },
      { text: "The road was wet. so It was noon.", group: "4", label: "0", index: [4, 0] },
      { text: "The road was wet. so A car slid.", group: "4", label: "1", index: [4, 1] },
    ]);
    expect(await read("copa", "dev", files, { casting: "multiple-choice" })).toEqual([
      { text: "The road was wet. because It had rained.", pair: "The road was wet. because It was noon.", label: "0", index: [3] },
      { text: "The road was wet. so It was noon.", pair: "The road was wet. so A car slid.", label: "1", index: [4] },
    ]);
    expect(taskNamed("copa").kind).toBe("choice");
    expect(taskNamed("copa", { casting: "multiple-choice" })).toMatchObject({ kind: "classification", labels: ["0", "1"] });
    const test = await read("copa", "test", { "COPA/test.jsonl": jsonl({ premise: "A", choice1: "B", choice2: "C", question: "effect", idx: 0 }) });
    expect(test).toEqual([{ text: "A so B", group: "0", index: [0, 0] }, { text: "A so C", group: "0", index: [0, 1] }]);
  });

  it("MultiRC: an example for each answer, in the group of its question", async () => {
    const answers = [{ text: "Rain", idx: 7, label: 1 }, { text: "Snow", idx: 8, label: 0 }];
    const row = { idx: 2, version: 1.1, passage: { text: "It rained.", questions: [{ question: "What fell?", answers, idx: 5 }, { question: "Why?", answers: [answers[1]!], idx: 6 }] } };
    expect(await read("multirc", "dev", { "MultiRC/val.jsonl": jsonl(row) })).toEqual([
      { text: "It rained.", pair: "What fell? Rain", group: "2/5", label: "1", index: [2, 5, 7] },
      { text: "It rained.", pair: "What fell? Snow", group: "2/5", label: "0", index: [2, 5, 8] },
      { text: "It rained.", pair: "Why? Snow", group: "2/6", label: "0", index: [2, 6, 8] },
    ]);
  });

  it("ReCoRD: an example for each entity, once, counted in characters and put into the query as it is", async () => {
    const text = "😀 Ann met $& Bo.\n@highlight\nAnn left";
    const entities = [{ start: 2, end: 4 }, { start: 10, end: 14 }, { start: 28, end: 30 }];
    const qas = [{ idx: 9, query: "@placeholder was gone", answers: [{ start: 2, end: 4, text: "Ann" }, { start: 28, end: 30, text: "Ann" }] }];
    const row = { source: "made up", passage: { text, entities }, qas, idx: 1 };
    const passage = text.replaceAll("\n", " ");
    expect(await read("record", "dev", { "ReCoRD/val.jsonl": jsonl(row) })).toEqual([
      { text: passage, pair: "Ann was gone", group: "1/9", answer: "Ann", label: "1", index: [1, 9, 0] },
      { text: passage, pair: "$& Bo was gone", group: "1/9", answer: "$& Bo", label: "0", index: [1, 9, 1] },
    ]);
    const secret = await read("record", "test", { "ReCoRD/test.jsonl": jsonl({ ...row, qas: [{ idx: 9, query: "@placeholder" }] }) });
    expect(secret.map(({ answer, label }) => [answer, label])).toEqual([["Ann", undefined], ["$& Bo", undefined]]);
  });

  it("WiC: the two sentences, or these with the word marked", async () => {
    const row = { word: "place", sentence1: "Come to my place!", sentence2: "😀 Places to go.", start1: 11, end1: 16, start2: 2, end2: 8, idx: 0, label: true, version: 1.1 };
    const files = { "WiC/val.jsonl": jsonl(row) };
    expect(await read("wic", "dev", files)).toEqual([{ text: "Come to my place!", pair: "😀 Places to go.", label: "true", index: [0] }]);
    expect(await read("wic", "dev", files, { casting: "marked-spans" }))
      .toEqual([{ text: "Come to my # place #!", pair: "😀 # Places # to go.", label: "true", index: [0] }]);
  });

  it("WSC: the text and what stands for what, or that with both spans marked", async () => {
    const target = { span1_text: "The dog", span1_index: 0, span2_text: "it", span2_index: 5 };
    const files = { "WSC/val.jsonl": jsonl({ text: "The dog bit Ann because it barked.", target, idx: 1, label: true }) };
    expect(await read("wsc", "dev", files)).toEqual([{ text: "The dog bit Ann because it barked.", pair: "it means The dog", label: "true", index: [1] }]);
    expect((await read("wsc", "dev", files, { casting: "marked-spans" }))[0]!.text).toBe("# The dog # bit Ann because # it # barked.");
  });

  it("AX-b and AX-g: labelled sets that a model of RTE predicts, the second in pairs", async () => {
    expect(await read("ax-b", "test", { "AX-b/AX-b.jsonl": jsonl({ idx: "7", label: "not_entailment", sentence1: "A", sentence2: "B", logic: "Negation" }) }))
      .toEqual([{ text: "A", pair: "B", label: "not_entailment", index: [7] }]);
    const rows = [0, 1, 2, 3].map((idx) => ({ idx, pair_id: 100 + 3 * idx, label: "entailment", premise: `P${idx}`, hypothesis: "H" }));
    expect((await read("ax-g", "test", { "AX-g/AX-g.jsonl": jsonl(...rows) })).map(({ group }) => group)).toEqual(["0", "0", "1", "1"]);
    for (const name of ["ax-b", "ax-g"]) expect(taskNamed(name)).toMatchObject({ splits: ["test"], modelOf: "SuperGLUE-RTE", labels: taskNamed("SuperGLUE-RTE").labels });
  });
});

describe("errors name the file and the line", () => {
  const copa = { premise: "A", choice1: "B", choice2: "C", question: "cause", label: 0, idx: 0 };
  it.each([
    ["a line that is no JSON", `${jsonl(copa)}{"premise": \n`, "data/bad-json", "val.jsonl:2 is not JSON"],
    ["a list", "[1]\n", "data/bad-json", "val.jsonl:1 must be a JSON object"],
    ["a label outside the set", jsonl({ ...copa, label: 2 }), "data/unknown-label", "val.jsonl:1 needs a label of 0, 1, got 2"],
    ["no label", jsonl({ ...copa, label: undefined }), "data/missing-column", "val.jsonl:1 has no label"],
    ["a question of another kind", jsonl({ ...copa, question: "why" }), "data/bad-row", 'val.jsonl:1 needs "cause" or "effect"'],
    ["a number for a text", jsonl({ ...copa, choice2: 3 }), "data/bad-row", 'val.jsonl:1 needs text in its field "choice2", got 3'],
    ["no number", jsonl({ ...copa, idx: undefined }), "data/missing-column", 'val.jsonl:1 needs a field "idx"'],
    ["a number that is not whole", jsonl({ ...copa, idx: 0.5 }), "data/bad-row", 'val.jsonl:1 needs a whole number in its field "idx", got 0.5'],
  ])("%s", async (_, content, code, message) => {
    await expect(read("copa", "dev", { "COPA/val.jsonl": content })).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it("a passage without its questions", async () => {
    const reading = read("multirc", "dev", { "MultiRC/val.jsonl": jsonl({ idx: 0, passage: { text: "A", questions: [1] } }) });
    await expect(reading).rejects.toMatchObject({ code: "data/bad-row", message: expect.stringContaining('val.jsonl:1 needs a list of objects in its field "questions"') as string });
  });
});
