import { type Backend, type Feeds, type Node, type Program, parameter, parametersOf } from "@bort/graph";
import { type MlmModel, type MlmShape, mlmNodes } from "@bort/nn";
import { DistillError } from "./distill-error.js";
import { type TeacherInputs } from "./teacher-inputs.js";

export interface RunningTeacherOptions {
  readonly backend: Backend;
  readonly shape: MlmShape;
  /** What the names of its inputs begin with. */
  readonly name: string;
}

/** A teacher that runs on each batch and computes what the terms have asked for, no more. Its program is compiled at the first batch. */
export function runningTeacher({ arch, parameters }: MlmModel, { backend, shape, name }: RunningTeacherOptions): TeacherInputs {
  const nodes = mlmNodes(arch, shape);
  const asked = new Map<Node, Node>(); // The teacher's nodes, and the student's inputs for them.
  const input = (node: Node): Node => {
    const known = asked.get(node) ?? parameter(`${name}.${asked.size}`, node.shape);
    asked.set(node, known);
    return known;
  };
  let compiled: { readonly program: Program; readonly reads: ReadonlySet<string> } | undefined;
  const compile = async (): Promise<NonNullable<typeof compiled>> => {
    const graph = Object.fromEntries([...asked.keys()].map((node, i) => [`${name}.${i}`, node]));
    return { program: await backend.compile(graph), reads: new Set(parametersOf(graph).keys()) };
  };
  return {
    view: {
      arch,
      logits: () => ({ kind: "all", logits: input(nodes.logits) }),
      read: (node) => {
        if (shape.padded === true) {
          throw new DistillError("distill/bad-option", "distill: losses between layers count every place, and these sequences may end in padding; pack full documents");
        }
        return input(node(nodes));
      },
    },
    feeds: async ({ ids, positions }) => {
      if (asked.size === 0) return {};
      compiled ??= await compile();
      const { program, reads } = compiled;
      const all: Feeds = { ...parameters.views, ids, positions };
      const outputs = await program.run(Object.fromEntries(Object.entries(all).filter(([each]) => reads.has(each))));
      return Object.fromEntries(Object.entries(outputs).map(([each, { data }]) => [each, data]));
    },
    dispose: async () => compiled?.program.dispose(),
  };
}
