import { type StepTimes } from "../step-benchmark.js";
import { runChild } from "../run-child.js";
import { type StepVariant } from "../step-trainer.js";
import { type EngineFacts } from "./on-engine.js";
import { variantArgs } from "./step-variant.js";

export interface StepChildOptions {
  /** Default step. */
  readonly command?: "finetune" | "step";
  readonly engine: string;
  readonly threads: number;
  readonly repeats: number;
  /** Default: the whole batch at once, and nothing computed again. */
  readonly variant?: Required<StepVariant>;
}

/** Measures a step by a command of ours in a process of its own, whose memory and threads are then the step's alone. */
export async function stepChild(shape: string, { command = "step", engine, threads, repeats, variant }: StepChildOptions): Promise<StepTimes & EngineFacts> {
  const flags = ["--engine", engine, "--threads", String(threads), "--repeats", String(repeats), "--json", ...(variant === undefined ? [] : variantArgs(variant))];
  return await runChild(process.execPath, [...process.execArgv, process.argv[1]!, command, shape, ...flags]) as StepTimes & EngineFacts;
}
