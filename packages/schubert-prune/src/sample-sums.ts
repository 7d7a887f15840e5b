import { type Backend, type Feeds, type Graph, type Node, type Program, parametersOf, sizeOf, topologicalOrder } from "@bort/graph";
import * as op from "@bort/graph";
import { type Model, type ModelHead } from "@bort/nn";
import { type PruningTask } from "./pruning-task.js";

export interface Sample<H extends ModelHead> {
  readonly backend: Backend;
  readonly model: Model<H>;
  /** Its batches are looked at from the first on. */
  readonly task: Pick<PruningTask<H>, "batch" | "loss">;
  /** How many. */
  readonly batches: number;
  readonly signal?: AbortSignal;
}

/** The node of a graph that reads a parameter of the model. */
export type ReaderOf = (parameterName: string) => Node;

/** The sums over all batches of what a graph gives for each; `graph` makes it of nodes of the task's loss. */
export async function sampleSums<H extends ModelHead>({ backend, model, task, batches, signal }: Sample<H>, graph: (readerOf: ReaderOf) => Graph): Promise<Readonly<Record<string, Float64Array>>> {
  const programs = new Map<number, SampleProgram>();
  const sums: Record<string, Float64Array> = {};
  try {
    for (let i = 0; i < batches; i++) {
      signal?.throwIfAborted();
      const { feeds, length } = task.batch(i, model);
      const { program, inputs } = programs.get(length) ?? (await compiled(backend, graph(readersIn(task.loss(model, length)))));
      programs.set(length, { program, inputs });
      const all: Feeds = { ...model.parameters.views, ...feeds };
      for (const [name, { data, shape }] of Object.entries(await program.run(Object.fromEntries(inputs.map((input) => [input, all[input]!]))))) {
        const sum = (sums[name] ??= new Float64Array(sizeOf(shape)));
        for (let j = 0; j < sum.length; j++) sum[j]! += Number(data[j]);
      }
    }
  } finally {
    for (const { program } of programs.values()) await program.dispose();
  }
  return sums;
}

/** A program of a part of the task's loss, and what it is fed. */
interface SampleProgram {
  readonly program: Program;
  readonly inputs: readonly string[];
}

const compiled = async (backend: Backend, graph: Graph): Promise<SampleProgram> => ({ program: await backend.compile(graph), inputs: [...parametersOf(graph).keys()] });

function readersIn(loss: Graph): ReaderOf {
  const readers = new Map(topologicalOrder(Object.values(loss)).flatMap((node) => node.inputs.map((input) => [input.op === "parameter" ? input.attrs.name : "", node])));
  return (name) => readers.get(name)!;
}

/** A^T A and A^T B, by which B is fitted to A and a constant: `[inputs + 1, inputs + 1]` and `[inputs + 1, outputs]` of `[rows, inputs]` and `[rows, outputs]`. */
export function fitProducts(inputs: Node, outputs: Node): { readonly gram: Node; readonly products: Node } {
  const a = op.concat([inputs, op.constant(1, [inputs.shape[0]!, 1])], 1);
  return { gram: op.matmul(a, a, { transposeA: true }), products: op.matmul(a, outputs, { transposeA: true }) };
}
