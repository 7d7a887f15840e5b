import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BenchError } from "./bench-error.js";
import { type Command, type Finding, type Flags, textFlag } from "./commands/command.js";

const usage = `npm run bench -- step SHAPE [--engine E] [--repeats 9] [--threads N]     time of a training step
    [--accumulate 1] [--recompute]
npm run bench -- step --all [--engine E|both] [--peer PYTHON]            the same of five shapes, in turn with PyTorch
    [--peer-script FILE] [--shapes "SHAPE SHAPE"] [--rounds 3] [--repeats 9] [--threads N]
npm run bench -- finetune CSHAPE [--engine E] [--repeats 9] [--threads N] time of a fine-tuning step; compilation for one training and the next
npm run bench -- finetune --all [--engine E|both] [--peer PYTHON]        the same of five shapes, in turn with PyTorch
    [--peer-script FILE] [--shapes "CSHAPE CSHAPE"] [--rounds 3] [--repeats 9] [--threads N]
npm run bench -- memory SHAPE [--engine E] [--steps 300] [--threads N]   the peak of resident memory, and its growth over many steps
    [--accumulate 1] [--recompute]
npm run bench -- scaling [--engine E] [--base SHAPE] [--repeats 9]       step time against the FLOPs of a step; compile time
    [--threads N]
npm run bench -- soak [--engine E] [--shape SHAPE] [--cycles 500]        resident memory over many trainers, and many steps
    [--steps 2000] [--threads N]
npm run bench -- profile SHAPE [--top 20] [--repeats 5] [--threads N]    the dearest steps of the native engine
npm run bench -- timers SHAPE [--engine E] [--repeats 20] [--threads N]  how late the caller's timers are during training
npm run bench -- data PATH... [--shape SHAPE] [--steps 40] [--engine E]  from text to masked batches, and how long steps wait for them
    [--threads N]
npm run bench -- distillation PATH... [--shape SHAPE] [--teacher D,A,H,I] steps to the same MLM accuracy with a teacher and without
    [--steps N] [--teacher-steps N] [--learning-rates "1e-3,2e-3"]
    [--seeds 3] [--folder FOLDER] [--engine E] [--threads N]
npm run bench -- regret PATH... [--steps N] [--teacher-steps N]          what the FPTAS gives away against training everything in full
    [--folder FOLDER] [--engine E] [--threads N]
npm run bench -- agora --data FOLDER --student MODEL                     Agora against plain fine-tuning in as many trainings, and against its
    --socrates-base MODEL --folder FOLDER [--tasks CB,CoLA]              new data alone; trainings by prune rule
    [--seeds 3] [--epochs 3] [--max-length 64] [--rule RULE]
    [--minutes N] [--engine E] [--threads N]
npm run bench -- supernet [--backbone SHAPE] [--shapes "W,W,W W,W,W"]     training steps of shapes of a super-network, in turn with the same networks alone
    [--rounds 7] [--steps 4] [--engine E] [--threads N]
npm run bench -- supernet-study PATH... --folder FOLDER                  super-networks by sandwich and by random sampling; losses of shapes as they inherit
    [--backbone SHAPE] [--steps 1000] [--backbone-steps N]               them against training from scratch, and the time that is saved
    [--scratch-steps N] [--shapes 12] [--seeds 1] [--minutes N] [--engine E] [--threads N]
npm run bench -- pruning-study PATH... --data FOLDER --folder FOLDER     a base pruned by schuBERT, its baselines and variants; every network trained for
    [--base SHAPE] [--shallow-depth 4] [--shallow-steps 2000]            equal time, then loss, SST-2, latency and sizes; what a round costs
    [--base-steps 1000] [--alpha-steps 25] [--finetune-steps 50]
    [--tuning-steps 180] [--task-examples 6400]
    [--task-steps 200] [--fractions 0.767,0.532,0.297]
    [--variant-fraction 0.532] [--timed-sizes 4x128,12x256]
    [--arms "schubert-all,layers"] [--seeds 3] [--minutes N]
    [--engine E] [--threads N]
npm run bench -- search-cost [--candidates demo|tiny] [--most 300]       time of a search as its space grows, and what is not computing
    [--engine E] [--threads N]
npm run bench -- predictors FILE... [--draws N] [--python PYTHON]        predictors fitted to some measured shapes of a table, judged by others
    [--peer-script FILE]
npm run bench -- shape-search FILE [--iterations 300]                    what searches for a shape find and take on one core, by predictors of measured
                                                                         perplexities
npm run bench -- arch [--repeats 9]                                      parameter counts a second on one core

  SHAPE     batch,sequence,hidden,heads,FFN,layers,vocabulary,masked per sequence, for example 16,128,256,4,1024,4,8192,20
  CSHAPE    the same with the number of a classifier's labels at the end, for example 16,128,256,4,1024,4,8192,3
  --engine  native, onnx, or auto: native where it can start, else onnx (the default)
  --peer    a Python with torch and transformers; its script, from --peer-script, is called with "step" or "hf-step", or "hf-finetune",
            a shape and the number of repeats, reads OMP_NUM_THREADS, and prints one line of JSON with medianMs and torch;
            by default that of BORT_PEER for steps, and benchmarks/peer/finetune_torch.py for fine-tuning
  --accumulate  parts of the batch that are run one after the other, their gradients added up: the same step in less memory
  --recompute   what lies within a layer is computed again for the backward pass: the same
  --json    prints the result as one line of JSON
  --student, --socrates-base  folders of pre-trained models: of the one that is fine-tuned; of its teachers, which is asked for words, too
  --epochs  of agora: passes over the data, of students and teachers, and no least number of steps; of few examples students take twice as many
  --python  of predictors: one that has lightgbm, which benchmarks/peer/predictors_lightgbm.py then runs beside ours; a file has a line of JSON
            for each shape, as {"shape": [120, 768], "perplexity": 7.1}, or "latency" in seconds
  --rule    of agora: lcs-root (the default), lcs-root-descending, lcs-root-with-constants, worst-only or rank-prefix-0.5
  --data    of agora and pruning-study: the folder that has the tasks' own
  --minutes of agora, supernet-study and pruning-study: begins nothing after so many, and reports what is finished; the same command goes on
  --arms    of pruning-study: schubert-all, schubert-h, schubert-f, schubert-a, uniform, layers, l0, proximal, "printed costs", "not offset", slopes,
            distilled; all by default
  --folder  where finished parts of a long benchmark are kept, so that it goes on after them; agora, supernet-study and pruning-study need one, others take a temporary folder
  --out     folder for the files that a benchmark keeps; default benchmarks`;

/** Loaded when they are run, so that a process that measures memory holds nothing else. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  step: () => import("./commands/step.js"),
  finetune: () => import("./commands/finetune.js"),
  memory: () => import("./commands/memory.js"),
  scaling: () => import("./commands/scaling.js"),
  soak: () => import("./commands/soak.js"),
  profile: () => import("./commands/profile.js"),
  timers: () => import("./commands/timers.js"),
  data: () => import("./commands/data.js"),
  distillation: () => import("./commands/distillation.js"),
  regret: () => import("./commands/regret.js"),
  agora: () => import("./commands/agora.js"),
  predictors: () => import("./commands/predictors.js"),
  supernet: () => import("./commands/supernet.js"),
  "supernet-study": () => import("./commands/supernet-study.js"),
  "pruning-study": () => import("./commands/pruning-study.js"),
  "search-cost": () => import("./commands/search-cost.js"),
  "shape-search": () => import("./commands/shape-search.js"),
  arch: () => import("./commands/arch.js"),
};

/** Errors that say themselves what to do. */
const explained = /^(agora|arch|backend|backend-native|backend-onnx|bench|data|distill|fptas|graph|nn|predictors|schubert-prune|supershaper|trials)\/|^ERR_PARSE_ARGS/;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return 0;
  } catch (error) {
    const { code, message, stack } = error as NodeJS.ErrnoException;
    const expected = code !== undefined && explained.test(code);
    process.stderr.write(`${expected ? message : stack}\n`);
    return expected ? 2 : 1;
  }
}

async function run([name = "", ...args]: readonly string[]): Promise<void> {
  if (name === "--help") return void process.stdout.write(`${usage}\n`);
  const load = Object.hasOwn(commands, name) ? commands[name]! : undefined;
  if (load === undefined) {
    throw new BenchError("bench/bad-option", `bench: needs one of ${Object.keys(commands).join(", ")} first, got ${JSON.stringify(name)}; see --help`);
  }
  const { command } = await load();
  const options = Object.fromEntries([
    ...command.flags.map((flag) => [flag, { type: "string" as const }] as const),
    ...["json", "help", ...(command.switches ?? [])].map((flag) => [flag, { type: "boolean" as const }] as const),
  ]);
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const flags = values as Flags;
  if (flags["help"] === true) return void process.stdout.write(`${usage}\n`);
  const { result, text, files = {} } = await command.run(positionals, flags);
  process.stdout.write(flags["json"] === true ? `${JSON.stringify({ benchmark: name, ...result })}\n` : `${text}\n`);
  keep(files, textFlag(flags, "out") ?? "benchmarks");
}

function keep(files: NonNullable<Finding["files"]>, folder: string): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), text);
    process.stderr.write(`wrote ${join(folder, file)}\n`);
  }
}
