import { NnError } from "./nn-error.js";
import { ParameterStore } from "./parameter-store.js";
import { type TrainingState } from "./training-state.js";

/**
 * Share of the newest weights in the average after update `update`, counted from 1: (1 - decay) / (1 - decay^t).
 *
 * It is the average of Kingma and Ba 2015, section 7.2, corrected for its start at every update: nothing is left in it of the weights before the first.
 */
export const averageShare = (decay: number, update: number): number => (1 - decay) / (1 - decay ** update);

/**
 * A copy of a model's parameters with the average in place of those that are trained; frozen ones are as they are.
 *
 * @throws NnError `nn/bad-option` where training kept no average.
 */
export function averagedParameters({ parameters, average }: Pick<TrainingState, "parameters" | "average">): ParameterStore {
  if (average === undefined) throw new NnError("nn/bad-option", "nn: averaged weights need a run that keeps their average; train with an average decay, for example 0.999");
  const averaged = new ParameterStore(parameters.specs, parameters.layout);
  averaged.flat.set(parameters.flat);
  averaged.flat.set(average);
  return averaged;
}
