import { thisMachine } from "../machine.js";
import { parseStepShape } from "../step-shape.js";
import { withStepTrainer } from "../step-trainer.js";
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
      let start: TimerLateness = { worstMs: 0, ticks: 0 };
      const here = await withStepTrainer(backend, shape, async (step) => {
        start = await timerLateness(step); // Compiles.
        return timerLateness(async () => {
          for (let i = 0; i < repeats; i++) await step();
        });
      });
      const apart = await timerLateness(() => stepChild(text, { engine: facts.engine, threads: facts.threads, repeats }));
      const lateness = { start, here, apart };
      return {
        result: { machine: thisMachine(), shape: text, ...facts, repeats, ...lateness, boundMs },
        text: [`timers ${text} on ${engineText(facts)}`, line("the first step in this process, which compiles", start), line("the next steps in this process", here), line("training in a child process", apart)].join("\n"),
      };
    });
  },
};

const line = (where: string, { worstMs, ticks }: TimerLateness): string =>
  `${where}: at most ${worstMs.toFixed(0)} ms late in ${ticks} ticks, ${worstMs <= boundMs ? "within" : "not within"} ${boundMs} ms`;
