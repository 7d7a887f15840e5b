import { type StepVariant } from "../step-trainer.js";
import { type Flags, countFlag } from "./command.js";

/** The flags that `variantOf` reads: one with a value, and a switch. */
export const variantFlags: readonly string[] = ["accumulate"];
export const variantSwitches: readonly string[] = ["recompute"];

/** How the flags say that a step is taken. */
export const variantOf = (flags: Flags): Required<StepVariant> => ({ accumulate: countFlag(flags, "accumulate", { fallback: 1 }), recompute: flags["recompute"] === true });

/** The same as a command line says it. */
export const variantArgs = ({ accumulate, recompute }: Required<StepVariant>): string[] =>
  [...(accumulate > 1 ? ["--accumulate", String(accumulate)] : []), ...(recompute ? ["--recompute"] : [])];

/** The variant as it is printed after a shape: "", or " in 4 parts, layers computed again". */
export function variantText({ accumulate, recompute }: Required<StepVariant>): string {
  const words = [...(accumulate > 1 ? [`in ${accumulate} parts`] : []), ...(recompute ? ["layers computed again"] : [])];
  return words.length === 0 ? "" : ` ${words.join(", ")}`;
}
