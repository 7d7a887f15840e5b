import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { taskNamed } from "./task-named.js";
import { folderWith, tsv } from "./test-files.js";

describe("GLUE's own files", () => {
  it("CoLA has a header in test only", async () => {
    const folder = await folderWith({
      "CoLA/train.tsv": "src\t0\t*\tHim went.\nsrc\t1\t\tHe \"went\".\n",
      "CoLA/test.tsv": "index\tsentence\n7\tHe left.\n",
    });
    const task = taskNamed("cola");
    expect(await task.examples("train", folder)).toEqual([{ text: "Him went.", label: "0", index: [0] }, { text: 'He "went".', label: "1", index: [1] }]);
    expect(await task.examples("test", join(folder, "CoLA"))).toEqual([{ text: "He left.", index: [7] }]);
  });

  it("SST-2 is read from its own folder, that of the collection, and one with glue in it", async () => {
    const folder = await folderWith({ "data/glue/SST-2/dev.tsv": "sentence\tlabel\r\na \"fine\" film\t1\r\ndull\t0\r\n" });
    const expected = [{ text: 'a "fine" film', label: "1", index: [0] }, { text: "dull", label: "0", index: [1] }];
    for (const below of ["data/glue/SST-2", "data/glue", "data"]) expect(await taskNamed("sst-2").examples("dev", join(folder, below))).toEqual(expected);
  });

  it("MRPC is read from the usual download, whose first line begins with a byte-order mark", async () => {
    const header = ["Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"];
    const folder = await folderWith({
      "MRPC/train.tsv": `\ufeff${tsv(header, [1, 11, 12, "It rains.", "Rain falls."], [0, 13, 14, "It rains.", 'It "snows".'])}`,
      "MRPC/test.tsv": tsv(["index", ...header.slice(1)], [0, 15, 16, "A", "B"]),
    });
    expect(await taskNamed("MRPC").examples("train", folder)).toEqual([
      { text: "It rains.", pair: "Rain falls.", label: "1", index: [0] }, { text: "It rains.", pair: 'It "snows".', label: "0", index: [1] },
    ]);
    expect(await taskNamed("MRPC").examples("test", folder)).toEqual([{ text: "A", pair: "B", index: [0] }]);
  });

  it("MRPC is read from Microsoft's files, parted by GLUE's list of ids", async () => {
    const header = ["Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"];
    const original = {
      "MRPC/msr_paraphrase_train.txt": tsv(header, [1, 11, 12, "a", "b"], [0, 12, 11, "c", "d"], [0, 13, 14, "e", "f"]),
      "MRPC/msr_paraphrase_test.txt": tsv(header, [1, 21, 22, "g", "h"]),
    };
    const folder = await folderWith({ ...original, "MRPC/dev_ids.tsv": tsv([12, 11]) });
    const task = taskNamed("MRPC");
    expect((await task.examples("train", folder)).map(({ text }) => text)).toEqual(["a", "e"]);
    expect((await task.examples("dev", folder)).map(({ text }) => text)).toEqual(["c"]);
    expect(await task.examples("test", folder)).toEqual([{ text: "g", pair: "h", label: "1", index: [0] }]);
    await expect(task.examples("dev", await folderWith(original))).rejects.toMatchObject({ code: "data/missing-path", message: expect.stringContaining("dev_ids.tsv") as string });
  });

  it("STS-B has values from 0 to 5 and no labels", async () => {
    const header = ["index", "genre", "filename", "year", "old_index", "source1", "source2", "sentence1", "sentence2"];
    const row = (index: number, ...rest: (string | number)[]): (string | number)[] => [index, "g", "f", "2012", "0001", "none", "none", ...rest];
    const folder = await folderWith({
      "STS-B/train.tsv": tsv([...header, "score"], row(0, "A plane.", "An aeroplane.", "4.750"), row(1, "A cat.", "A car.", 0)),
      "STS-B/test.tsv": tsv(header, row(5, "A", "B")),
      "STS-B/dev.tsv": tsv([...header, "score"], row(0, "A", "B", "5.2")),
    });
    const task = taskNamed("sts-b");
    expect(task).toMatchObject({ kind: "regression", labels: [], metrics: ["pearson", "spearman"] });
    expect(await task.examples("train", folder)).toEqual([
      { text: "A plane.", pair: "An aeroplane.", value: 4.75, index: [0] }, { text: "A cat.", pair: "A car.", value: 0, index: [1] },
    ]);
    expect(await task.examples("test", folder)).toEqual([{ text: "A", pair: "B", index: [5] }]);
    await expect(task.examples("dev", folder)).rejects.toMatchObject({ code: "data/bad-row", message: expect.stringContaining("dev.tsv:2 needs a value from 0 to 5") as string });
  });

  it("QQP leaves out rows that are cut short, as by a line break in a question", async () => {
    const header = ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"];
    const folder = await folderWith({
      "QQP/train.tsv": `${tsv(header, [0, 1, 2, "Why?", "How come?", 1])}3\t4\t5\tWhat is\nthis?\tThat?\t0\n${tsv([6, 7, 8, "Who?", "When?", 0])}`,
      "QQP/test.tsv": tsv(["id", "question1", "question2"], [0, "Who?", "Whom?"]),
    });
    expect((await taskNamed("qqp").examples("train", folder)).map(({ text, pair, label }) => [text, pair, label])).toEqual([["Why?", "How come?", "1"], ["Who?", "When?", "0"]]);
    expect(await taskNamed("qqp").examples("test", folder)).toEqual([{ text: "Who?", pair: "Whom?", index: [0] }]);
  });

  it("MNLI is two tasks, of which the mismatched one is predicted by a model of the other", async () => {
    const header = ["index", "promptID", "pairID", "genre", "sentence1_binary_parse", "sentence2_binary_parse", "sentence1_parse", "sentence2_parse", "sentence1", "sentence2"];
    const row = (...rest: string[]): string[] => ["3", "4", "4c", "travel", "( A )", "( B )", "(ROOT A)", "(ROOT B)", ...rest];
    const annotators = ["label1", "label2", "label3", "label4", "label5", "gold_label"];
    const dev = (name: string): string => tsv([...header, ...annotators], row(`A ${name}`, "B", "neutral", "neutral", "neutral", "entailment", "neutral", "neutral"));
    const folder = await folderWith({
      "MNLI/train.tsv": tsv([...header, "label1", "gold_label"], ...["entailment", "neutral", "contradiction"].map((label) => row("A", "B", "neutral", label))),
      "MNLI/dev_matched.tsv": dev("matched"), "MNLI/dev_mismatched.tsv": dev("mismatched"), "MNLI/test_mismatched.tsv": tsv(header, row("A", "B")),
    });
    expect((await taskNamed("mnli").examples("train", folder)).map(({ label }) => label)).toEqual(["entailment", "neutral", "contradiction"]);
    expect(await taskNamed("mnli-m").examples("dev", folder)).toEqual([{ text: "A matched", pair: "B", label: "neutral", index: [3] }]);
    expect(await taskNamed("mnli-mm").examples("dev", folder)).toEqual([{ text: "A mismatched", pair: "B", label: "neutral", index: [3] }]);
    expect(await taskNamed("mnli-mm").examples("test", folder)).toEqual([{ text: "A", pair: "B", index: [3] }]);
    await expect(taskNamed("mnli-mm").examples("train", folder)).rejects.toMatchObject({ code: "data/bad-option", message: expect.stringContaining("a model of MNLI-m") as string });
  });

  it.each([
    ["QNLI", "question", "sentence", ["entailment", "not_entailment"]],
    ["RTE", "sentence1", "sentence2", ["entailment", "not_entailment"]],
    ["WNLI", "sentence1", "sentence2", ["0", "1"]],
  ])("%s has pairs in %s and %s", async (name, first, second, labels) => {
    const folder = await folderWith({
      [`${name}/train.tsv`]: tsv(["index", first, second, "label"], [8, "A", "B", labels[1]!], [9, "C", "D", labels[0]!]),
      [`${name}/test.tsv`]: tsv(["index", first, second], [0, "E", "F"]),
    });
    expect(await taskNamed(name).examples("train", folder)).toEqual([{ text: "A", pair: "B", label: labels[1], index: [8] }, { text: "C", pair: "D", label: labels[0], index: [9] }]);
    expect(await taskNamed(name).examples("test", folder)).toEqual([{ text: "E", pair: "F", index: [0] }]);
  });

  it("AX has the labels of MNLI where the whole set is there, and else none", async () => {
    const files = { "diagnostic/diagnostic.tsv": tsv(["index", "sentence1", "sentence2"], [0, "A cat sat.", "It stood."]) };
    const full = tsv(["Lexical Semantics", "Predicate-Argument Structure", "Logic", "Knowledge", "Domain", "Premise", "Hypothesis", "Label"],
      ["", "", "Negation", "", "Artificial", "A cat sat.", "It stood.", "contradiction"]);
    const example = { text: "A cat sat.", pair: "It stood.", index: [0] };
    expect(await taskNamed("ax").examples("test", await folderWith(files))).toEqual([example]);
    expect(await taskNamed("ax").examples("test", await folderWith({ ...files, "diagnostic/diagnostic-full.tsv": full }))).toEqual([{ ...example, label: "contradiction" }]);
    expect(taskNamed("ax")).toMatchObject({ modelOf: "MNLI-m", splits: ["test"], labels: taskNamed("mnli").labels });
  });
});

describe("errors name the file and the line", () => {
  const sst = async (content: string): Promise<unknown> => taskNamed("sst-2").examples("train", await folderWith({ "SST-2/train.tsv": content }));
  it.each([
    ["a label outside the set", "sentence\tlabel\nfine\t1\nodd\t2\n", "data/unknown-label", "train.tsv:3 needs a label of 0, 1, got \"2\""],
    ["no column of labels", "sentence\tscore\nfine\t1\n", "data/missing-column", "train.tsv:2 has no label (fields: sentence, score)"],
    ["no column of text", "text\tlabel\nfine\t1\n", "data/missing-column", "train.tsv:2 needs a field \"sentence\", and has text, label"],
    ["a class without examples", "sentence\tlabel\nfine\t1\n", "data/missing-label", "train.tsv has no example of the label \"0\""],
    ["another number of columns", "sentence\tlabel\nfine\t1\nodd\n", "data/bad-row", "train.tsv:3 needs 2 fields (sentence, label), got 1"],
    ["a header alone", "sentence\tlabel\n", "data/empty-file", "train.tsv has no row of data"],
    ["nothing", "", "data/empty-file", "train.tsv has no row of data"],
  ])("%s", async (_, content, code, message) => {
    await expect(sst(content)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it("no such file: what folder to give", async () => {
    await expect(taskNamed("sst-2").examples("dev", await folderWith({}))).rejects.toMatchObject({ code: "data/missing-path", message: expect.stringMatching(/has no dev split of SST-2; .* glue\/SST-2$/) as string });
  });
});
