import { type Backend, type Feeds, type Graph, type Outputs, type Program, parametersOf } from "@bort/graph";

/** A compiled stage, which takes of what it is offered what it reads. */
export class StageProgram {
  private constructor(readonly graph: Graph, private readonly program: Program, private readonly reads: readonly string[]) {}

  static async compile(backend: Backend, graph: Graph): Promise<StageProgram> {
    return new StageProgram(graph, await backend.compile(graph), [...parametersOf(graph).keys()]);
  }

  run(offered: Feeds, into: Feeds = {}): Promise<Outputs> {
    const feeds: Record<string, Feeds[string]> = {};
    for (const name of this.reads) if (name in offered) feeds[name] = offered[name]!;
    return this.program.run(feeds, into);
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}
