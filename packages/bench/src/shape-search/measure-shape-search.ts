import { evaluatePairwiseSum, fitPairwise, fitTrees, type MeasuredShape, type PairwiseSum, type Predictor, type Shape } from "@bort/predictors";
import { evolutionarySearch, exactFront, exactSearch, parameterSum, shapeOfPreset, ShapeSpace } from "@bort/supershaper";

export interface ShapeSearchOptions {
  /** Shapes of the paper's space with their measured perplexities, which predictors are fitted to. */
  readonly measured: readonly MeasuredShape[];
  /** Networks of SuperShaper by the names of their presets: their sizes are the budgets. */
  readonly networks: readonly string[];
  /** Of the evolutionary search. */
  readonly iterations: number;
  /** Hears what is done. */
  readonly tell: (line: string) => void;
}

/** A shape that a search found within the size of a network of the paper, or that network's own. */
export interface ShapeFinding {
  readonly network: string;
  readonly search: "evolution" | "evolution by trees" | "exact" | "printed";
  /** Null where nothing was searched. */
  readonly seconds: number | null;
  readonly shape: Shape;
  /** As SuperShaper's tables count. */
  readonly parameters: number;
  /** By the pairwise predictor, whatever was searched by. */
  readonly perplexity: number;
}

export interface ShapeSearchCost {
  readonly fitSeconds: Readonly<Record<"pairwise" | "trees", number>>;
  readonly findings: readonly ShapeFinding[];
  /** The best shapes of all sizes. */
  readonly front: { readonly seconds: number; readonly shapes: number };
  /** The best of the shapes that have exactly as many parameters as the first network. */
  readonly oneSize: { readonly seconds: number; readonly parameters: number };
}

/** Times searches of the paper's space on one core: exact by the pairwise predictor, evolutionary by that and by the paper's 1,000 trees. */
export async function measureShapeSearch({ measured, networks, iterations, tell }: ShapeSearchOptions): Promise<ShapeSearchCost> {
  const [pairwise, pairwiseSeconds] = timed(() => fitPairwise(measured));
  const [trees, treesSeconds] = timed(() => fitTrees(measured));
  const space = new ShapeSpace();
  const size = parameterSum(space, { accounting: "supershaper-paper" });
  const findings: ShapeFinding[] = [];
  for (const network of networks) {
    const printed = shapeOfPreset(network);
    const budget = evaluatePairwiseSum(size, printed);
    const found = (search: ShapeFinding["search"], shape: Shape, seconds: number | null): void => {
      findings.push({ network, search, seconds, shape, parameters: evaluatePairwiseSum(size, shape), perplexity: pairwise.predict(shape) });
      if (seconds !== null) tell(`${network}, ${search}: ${seconds.toFixed(2)} s`);
    };
    found("printed", printed, null);
    const [{ shape }, seconds] = timed(() => exactSearch({ space, cost: pairwise.sum, size, atMost: budget }));
    found("exact", shape, seconds);
    for (const [search, objective] of [["evolution", pairwise], ["evolution by trees", trees]] as const) {
      const start = performance.now();
      found(search, await evolved({ space, objective, iterations, size, budget }), secondsSince(start));
    }
  }
  const [front, frontSeconds] = timed(() => exactFront({ space, cost: pairwise.sum, size }));
  const { parameters } = findings[0]!;
  const [, oneSizeSeconds] = timed(() => exactSearch({ space, cost: pairwise.sum, size, atLeast: parameters, atMost: parameters }));
  return {
    fitSeconds: { pairwise: pairwiseSeconds, trees: treesSeconds }, findings,
    front: { seconds: frontSeconds, shapes: front.length }, oneSize: { seconds: oneSizeSeconds, parameters },
  };
}

interface Evolution {
  readonly space: ShapeSpace;
  readonly objective: Predictor;
  readonly iterations: number;
  readonly size: PairwiseSum;
  readonly budget: number;
}

async function evolved({ space, objective, iterations, size, budget }: Evolution): Promise<Shape> {
  let shape = space.smallest;
  const search = evolutionarySearch({ space, objective, iterations, constraints: [{ name: "parameters", measure: size, atMost: budget }] });
  for await (const event of search) if (event.type === "chosen") shape = event.result.shape;
  return shape;
}

function timed<Result>(work: () => Result): [result: Result, seconds: number] {
  const start = performance.now();
  return [work(), secondsSince(start)];
}

const secondsSince = (startMs: number): number => (performance.now() - startMs) / 1000;
