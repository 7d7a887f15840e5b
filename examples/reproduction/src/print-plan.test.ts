import { expect, it } from "vitest";
import { paper } from "./paper.js";
import { planOf } from "./plan.js";
import { printPlan } from "./print-plan.js";
import { toy } from "./toy.js";

const engine = { name: "an engine, 2 threads", flopsPerSecond: 1e11 };

it("of the paper has its figures, how long they take on this engine, and what the paper computed on", () => {
  expect(printPlan(planOf(paper), engine).join("\n")).toMatchInlineSnapshot(`
    "What "paper" would do; nothing is downloaded or trained now.

    1. Maximum point: FacebookAI/roberta-large, 355,359,744 parameters; without the pooler, which no step reads, 354,310,144
       download: 1.42 GB of weights, once, and 50,265 tokens of vocabulary
    2. Search: a grid of 360 architectures, 300 of which can be built; epsilon 2 leaves 180 candidates,
       from <2,8,512,256>, 28,631,552 parameters, to <12,16,1024,3072>, 177,977,344
       each: 3 steps of SGD on 1,024 x 512 tokens, then the error on 11,828 held-out sequences
       1.6e17 FLOPs for all candidates, 9.2e17 for the maximum point on the same sequences:
       its logits take 230.68 GB, of which 0.54 GB are kept; the rest is computed again for each candidate
    3. Pre-training of the chosen one, by distillation;
       counted for the paper's choice, <4,8,1024,768>, 75,109,376 parameters
       (76,161,024 by the paper's equation 13, where its Table 1 prints 56.14 million: see docs/errata.md)
       25,000 steps of 1,024 x 512 tokens, at most 80 predictions in each: 25,600,000 sequences
       2.8e18 FLOPs for the student, 8.8e18 for the maximum point, which teaches

    On this machine, an engine, 2 threads: 100 GFLOP/s, measured on a layer of RoBERTa-large. At that speed:
       search         125 days
       pre-training   3.7 years
       all of it      4.0 years; small matrices and compiling make it longer
       memory: at least 3.27 GB
    The paper used one V100 GPU (section 3.3; its time is not printed)
    and 8 V100 GPUs for 36 hours, 288 GPU hours (Table 3).
    There is no GPU engine yet; one would be a package that implements Backend of @bort/graph (docs/architecture.md)."
  `);
});

it("of the toy has its maximum point's training, and no machine of the paper", () => {
  const text = printPlan(planOf(toy), { ...engine, flopsPerSecond: 4e10 }).join("\n");
  expect(text).toMatch(/pre-trained here:\n +[\d,]+ steps/);
  expect(text).toMatch(/maximum point +[\d.]+ (minutes|seconds)/);
  expect(text).not.toMatch(/V100|download:|Table/);
});
