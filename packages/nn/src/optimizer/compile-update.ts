import { type Backend } from "@bort/graph";
import { ElementwiseUpdate } from "./elementwise-update.js";
import { LayerwiseUpdate } from "./layerwise-update.js";
import { type Optimizer } from "./optimizer.js";
import { type UpdateProgram } from "./update-program.js";
import { UpdateTail, type UpdateTailOptions } from "./update-tail.js";

export interface UpdateProgramOptions extends UpdateTailOptions {
  readonly backend: Backend;
  readonly optimizer: Optimizer;
}

export function compileUpdate({ backend, optimizer, ...tailOptions }: UpdateProgramOptions): Promise<UpdateProgram> {
  const tail = new UpdateTail(tailOptions);
  return "update" in optimizer ? ElementwiseUpdate.compile(backend, optimizer, tail) : LayerwiseUpdate.compile(backend, optimizer, tail);
}
