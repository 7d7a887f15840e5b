import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changed, TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  expect((await place.bort(changed(place.pretraining("base"), "--steps", "1"))).code).toBe(0);
  const tuning = ["finetune", "--model", place.at("base"), "--task", "sst-2", "--data", place.at("SST-2"), "--steps", "1", "--batch-size", "4", "--threads", "1", "--out", place.at("classifier")];
  expect((await place.bort(tuning)).code).toBe(0);
  for (const task of ["STS-B", "CB", "no-dev"]) mkdirSync(place.at(task));
  for (const split of ["train", "dev"]) {
    place.write(`STS-B/${split}.tsv`, "index\tsentence1\tsentence2\tscore\n0\tA man.\tA boy.\t2.5\n1\tA cat.\tA cat.\t5\n");
    place.write(`CB/${split === "dev" ? "val" : split}.jsonl`, ["entailment", "contradiction", "neutral"].map((label, idx) => `${JSON.stringify({ premise: "It rains.", hypothesis: "It is wet.", label, idx })}\n`).join(""));
  }
  cpSync(place.at("SST-2/train.tsv"), place.at("no-dev/train.tsv"));
  cpSync(place.at("base"), place.at("other shapes"), { recursive: true });
  const config = JSON.parse(readFileSync(place.at("base/config.json"), "utf8")) as { bort?: { layers: object[] } };
  place.write("other shapes/config.json", JSON.stringify({ ...config, intermediate_size: 24, bort: undefined }));
}, 60_000);
afterAll(() => place.remove());

const small = ["--batch-size", "2", "--alpha-steps", "1", "--finetune-steps", "1", "--rounds", "2", "--threads", "1"];
const untargeted = (): string[] => ["prune", "--model", place.at("base"), "--corpus", place.at("corpus"), ...small, "--out", place.at("out")];
const pruning = (...more: readonly string[]): string[] => [...untargeted(), "--target-fraction", "0.6", ...more];
const forTask = (task: string, ...more: readonly string[]): string[] =>
  ["prune", "--model", place.at("classifier"), "--task", task, "--data", place.at(task === "sst-2" ? "SST-2" : task.toUpperCase()), "--target-fraction", "0.6", ...small, "--out", place.at("out"), ...more];

const analysing = (...more: readonly string[]): string[] => untargeted().filter((word, i, all) => ![word, all[i - 1]].some((each) => /-steps|rounds/.test(each ?? ""))).concat("--analyse", ...more);
const ofFinetuning = [["--distill"], ["--learning-rate", "1e-3"], ["--warmup-ratio", "0.2"], ["--schedule", "noam"], ["--dropout", "0.1"], ["--evaluate-every", "5"]];
const ofTraining = [...ofFinetuning, ["--checkpoint-every", "5"]];

/** What is asked for, and what is said of it. */
type Refusal = [name: string, args: () => string[], told: RegExp];

describe("what prune refuses before any work", () => {
  it.each<Refusal>([
    ["no target", () => untargeted(), /a target is missing: give one of --target-fraction, --target-params, --target-flops, --target-latency-ms/],
    ["targets of two kinds", () => pruning("--target-params", "5k"), /of one kind, got --target-fraction and --target-params/],
    ["a fraction above one", () => [...untargeted(), "--target-fraction", "1.5"], /fraction between 0 and 1, got "1.5"/],
    ["a target that is no number", () => [...untargeted(), "--target-params", "many"], /got "many"/],
    ["a target larger than the network", () => [...untargeted(), "--target-params", "66M"], /above 0 and below \d+, what the network has, got 66000000; lower it/],
    ["a latency that the network keeps already", () => [...untargeted(), "--target-latency-ms", "1G"], /what the network has, got 1000000000; lower it/],
    ["a target below one unit in each dimension", () => [...untargeted(), "--target-params", "20"], /must be at least \d+ parameters, all that cutting h, a, k, v, f as far as they go reaches, got 20/],
    ["a target that the dimensions asked for cannot reach", () => changed(pruning("--dims", "k"), "--target-fraction", "0.3"), /cutting k as far as they go reaches.*cut further dimensions/],
    ["a target that only the last of several misses", () => changed(pruning("--method", "layers"), "--target-fraction", "0.85,0.1").filter((word, i, all) => ![word, all[i - 1]].includes("--alpha-steps")), /layers down to one/],
    ["fewer rounds than targets", () => changed(pruning(), "--target-fraction", "0.9,0.8,0.7"), /rounds must be a whole number from 3/],
    ["a dimension that there is not", () => pruning("--dims", "h,q"), /letters of h, a, k, v, f.*got "q"/],
    ["a gamma below 0", () => pruning("--gamma", "-1"), /--gamma must be at least 0/],
    ["a learning rate of 0", () => pruning("--learning-rate", "0"), /learning rate/],
    ["prunable parameters for fewer layers", () => pruning("--method", "layers"), /--alpha-steps says nothing to --method layers/],
    ["a penalty for slopes", () => pruning("--method", "slopes", "--penalty", "l1"), /--penalty says nothing to --method slopes/],
    ["weights kept for slopes, which change none", () => pruning("--method", "slopes", "--keep-weights"), /--keep-weights says nothing to --method slopes/],
    ["weights kept where nothing is cut", () => analysing("--keep-weights"), /--keep-weights says nothing to --analyse/],
    ...ofTraining.map((words): Refusal => [`${words[0]} where nothing is trained`, () => analysing(...words), new RegExp(`${words[0]} says nothing to --analyse, which trains nothing`)]),
    ...ofFinetuning.map((words): Refusal => [`${words[0]} where nothing is fine-tuned`, () => changed(pruning(...words), "--finetune-steps", "0"), new RegExp(`${words[0]} says nothing to --finetune-steps 0`)]),
    ["neither text nor a task", () => untargeted().filter((word) => word !== "--corpus" && word !== place.at("corpus")).concat("--target-fraction", "0.5"), /--corpus or --task is missing/],
    ["text and a task", () => forTask("sst-2", "--corpus", place.at("corpus")), /--corpus is for masked words, and --task prunes for sst-2/],
    ["balance without a task", () => pruning("--balance"), /--balance is for --task/],
    ["a task without labels", () => forTask("sts-b"), /--task needs a task of labels to prune for, and STS-B has values/],
    ["a task of other labels", () => forTask("cb"), /--model needs a classifier of what CB has, .*entailment.*, got one of 0, 1/],
    ["a task without anything to measure on", () => changed(forTask("sst-2"), "--data", place.at("no-dev")), /dev split/],
    ["a classifier without its task", () => changed(pruning(), "--model", place.at("classifier")), /holds a classifier where a masked language model is needed/],
    ["a masked language model for a task", () => changed(forTask("sst-2"), "--model", place.at("base")), /holds a masked language model where a classifier is needed/],
    ["a checkpoint whose shapes disagree with its config", () => changed(pruning(), "--model", place.at("other shapes")), /needed .*layer\.0\.intermediate\.dense\.weight \[24,16\], got \[32,16\]/],
    ["sequences longer than the model reads", () => pruning("--sequence-length", "17"), /at most 16/],
    ["a target where nothing is cut", () => pruning("--analyse"), /--target-fraction says nothing to --analyse/],
    ["batches of an analysis where there is none", () => pruning("--analysis-batches", "3"), /--analysis-batches is for --analyse/],
  ])("%s", async (_, args, told) => {
    expect(await place.refused(args())).toMatch(told);
  });
});
