import { type PublishedObjective, publishedObjectives } from "@bort/distill";
import { describe, expect, it } from "vitest";
import { lossOptions, lossesOf } from "./loss-options.js";
import { readOptions } from "./read-options.js";

const losses = (args: readonly string[], teachers = 1): ReturnType<typeof lossesOf> => lossesOf(readOptions(args, lossOptions).options, teachers);
const weights = (args: readonly string[]): Record<string, number> => {
  const { mlmWeight, terms } = losses(args);
  return { mlm: mlmWeight, ...Object.fromEntries(terms.map(({ name, weight }) => [name, weight])) };
};

describe("lossesOf", () => {
  it.each([
    ["bort", "bort"], ["bort-released", "bortAsReleased"], ["tinybert", "tinyBert"], ["minilm", "miniLm"], ["minilm-v2", "miniLmV2"],
  ] as const)("has the weights and losses that were published: %s", (name, published) => {
    const facts = ({ mlmWeight, terms }: PublishedObjective): unknown => [mlmWeight, terms.map((term) => [term.name, term.weight, term.settings])];
    expect(facts(losses(["--objective", name]))).toEqual(facts(publishedObjectives[published]));
  });

  it("is Bort's by default", () => expect(weights([])).toEqual({ mlm: 0.5, distillation: 0.5 }));

  it("changes, adds and leaves out losses by their weights", () => {
    expect(weights(["--mlm-weight", "0.2", "--distillation-weight", "3", "--hidden-states-weight", ".1"])).toEqual({ mlm: 0.2, distillation: 3, hiddenStates: 0.1 });
    expect(weights(["--objective", "tinybert", "--attention-maps-weight", "0", "--distillation-weight", "1"])).toEqual({ mlm: 0, distillation: 1, hiddenStates: 1 });
  });

  it("keeps what the objective has beside a weight", () => {
    const [, relations] = losses(["--objective", "minilm", "--self-relations-weight", "2"]).terms;
    expect([relations!.weight, relations!.settings["of"]]).toEqual([2, ["value"]]);
    expect(losses(["--self-relations-weight", "2"]).terms[1]!.settings["of"]).toEqual(["query", "key", "value"]);
  });

  it("says how heads are compared", () => {
    expect(losses(["--objective", "tinybert", "--attention-heads", "mean"]).terms[1]!.settings).toMatchObject({ heads: "mean" });
    expect(losses(["--objective", "minilm-v2", "--relation-heads", "4"]).terms[0]!.settings).toMatchObject({ relationHeads: 4 });
  });

  it("gives the loss between last layers its form, temperature and teachers", () => {
    const settings = (args: readonly string[], teachers?: number): unknown => losses(args, teachers).terms[0]!.settings;
    expect(settings([])).toEqual({ temperature: 2, form: "correct", combine: "probabilities" });
    expect(settings(["--objective", "bort-released", "--temperature", "4"])).toMatchObject({ temperature: 4, form: "asReleased" });
    expect(settings(["--objective", "bort-released", "--last-layer", "correct"])).toMatchObject({ form: "correct" });
    expect(settings(["--last-layer", "cross-entropy", "--combine-teachers", "logits", "--teacher-weights", "3", "1"], 2))
      .toEqual({ temperature: 2, form: "crossEntropy", combine: "logits", teacherWeights: [3, 1] });
  });

  it.each([
    [["--objective", "tinybert", "--temperature", "2"], 1, "--temperature is for the loss distillation"],
    [["--distillation-weight", "0", "--hidden-states-weight", "1", "--last-layer", "correct"], 1, "--last-layer is for the loss distillation, which has no weight here; give a --distillation-weight"],
    [["--attention-heads", "mean"], 1, "give a --attention-maps-weight"],
    [["--relation-heads", "2"], 1, "give a --self-relations-weight"],
    [["--combine-teachers", "logits"], 1, "--combine-teachers is for several teachers"],
    [["--teacher-weights", "1"], 1, "--teacher-weights is for several teachers"],
    [["--objective", "minilm"], 2, "several teachers teach last layers alone"],
    [["--objective", "distilbert"], 1, "bort, bort-released, tinybert, minilm, minilm-v2"],
  ])("refuses %j for %i teachers, which nothing would heed", (args, teachers, told) => {
    expect(() => losses(args, teachers)).toThrow(expect.objectContaining({ code: "cli/usage", message: expect.stringContaining(told) }));
  });
});
