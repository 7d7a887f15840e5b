import { thisMachine } from "../machine.js";
import { measureStep } from "../step-benchmark.js";
import { parseStepShape } from "../step-shape.js";
import { type TimerLateness, timerLateness } from "../timer-lateness.js";
import { type Command, countFlag, onlyArgument } from "./command.js";
import { engineFlags, engineText, onEngine } from "./on-engine.js";
import { stepChild } from "./step-child.js";

/** The latest that a timer of the caller may be during training. */
const boundMs = 100;

/** How late a timer of the caller's thread is while steps are taken: in this process, and in a child process. */
export const command: Command = {
  flags: [...engineFlags, "repeats"],
  run: async (positionals, flags) => {
    const text = onlyArgument(positionals, "one SHAPE");
    const shape = parseStepShape(text);
    const repeats = countFlag(flags, "repeats", { fallback: 20 });
    return onEngine(flags, async (backend, facts) => {
      const here = await timerLateness(() => measureStep(backend, shape, { repeats }));
      const apart = await timerLateness(() => stepChild(text, { engine: facts.engine, threads: facts.threads, repeats }));
      const lateness = { here, apart };
      return {
        result: { machine: thisMachine(), shape: text, ...facts, repeats, ...lateness, boundMs },
        text: [`timers ${text} on ${engineText(facts)}`, line("in this process", here), line("in a child process", apart)].join("\n"),
      };
    });
  },
};

const line = (where: string, { worstMs, ticks }: TimerLateness): string =>
  `training ${where}: at most ${worstMs.toFixed(0)} ms late in ${ticks} ticks, ${worstMs <= boundMs ? "within" : "not within"} ${boundMs} ms`;
