import { presetNamed } from "@bort/arch";
import { publishedObjectives } from "@bort/distill";
import { bortPaper } from "@bort/fptas";
import { bortPretraining } from "@bort/nn";
import { type Setting } from "./setting.js";

/** Bort as its paper set it up (de Wynter and Perry 2020, arXiv 2010.10499); what the paper leaves open is marked. */
export const paper: Setting = {
  name: "paper",
  // Section 3.3: T is "a fully pre-trained RoBERTa-large", outside of the space. A masked language model has no pooler.
  maximumPoint: { kind: "published", name: "FacebookAI/roberta-large", arch: { ...presetNamed("roberta-large"), pooler: false } },
  // Section 4.2 splits 8-1-1; one tenth is held out here, as nothing is chosen by a second one.
  heldOutShare: 0.1,
  // Section 3.3: the grid of 360, epsilon = 2, |Theta| = 1: SGD, learning rate 5e-4, warm-up over 0.05 of the steps, which of 3 steps is none.
  search: bortPaper.search,
  trial: {
    // Section 3.3: n = 3, batches of 1,024 sequences of 512 tokens, clipping at 1. Open: masked places, 15% of 512.
    ...bortPaper.training,
    // Section 3.3: i and e are measured on 11,828 lines. Open: how lines fill sequences; here each stands for one.
    heldOutSequences: 11_828,
  },
  pretraining: {
    // Section 4.2: batches of 1,024, 512 tokens, learning rate 1e-4 by Noam's schedule, clipping at 1; section 4.3: at most 25,000 steps.
    // Open: warm-up, that of the self-supervised run (1%); at most 80 masked places, Adam's other numbers: the released code.
    ...bortPretraining(),
    // Open: the released network's.
    dropout: { hidden: 0.1, attention: 0.1 },
    shortFirst: false,
    // Section 4.2: MLM and the cross-entropy between last layers at a relative weight of 0.5 and a temperature of 2.
    objective: publishedObjectives.bort,
  },
  // Table 1.
  publishedChoice: [4, 8, 1024, 768],
  // The paper's batches were whole, on 8 GPUs. This divides 1,024 and 11,828.
  sequencesAtOnce: 4,
  evaluationSequences: 1024,
  checkpointEvery: 10,
};

/** What the paper prints of its run. */
export const printedFigures = {
  /** Table 1. */
  choiceMillions: 56.14,
  searchMachine: "one V100 GPU (section 3.3; its time is not printed)",
  pretrainingMachine: "8 V100 GPUs for 36 hours, 288 GPU hours (Table 3)",
} as const;
