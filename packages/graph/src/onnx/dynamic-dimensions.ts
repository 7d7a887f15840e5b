import { GraphError } from "../graph-error.js";
import { type Node, type NodeOf, type Shape } from "../ir.js";
import { type Dimension } from "./onnx-messages.js";

/** A size as a fixed factor times dynamic dimensions; one without dynamic dimensions is fixed. */
export interface Factors {
  readonly factor: number;
  /** Names of dynamic dimensions, a square naming its own twice. */
  readonly dimensions: readonly string[];
}

const fail = (message: string): never => {
  throw new GraphError("graph/dynamic-dimension", `graph: ${message}`);
};

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Tells the sizes that stand for a named dimension from those that are what they say. */
export class DynamicDimensions {
  readonly #standIns: readonly (readonly [name: string, size: number])[];
  readonly #sources = new Map<string, { readonly input: string; readonly axis: number }>();

  /**
   * @param standIns size that stands for each dynamic dimension; no two may have a common factor.
   * @param inputs the parameters that runs will feed: each dimension is read from the first that has it.
   * @throws GraphError `graph/dynamic-dimension`
   */
  constructor(standIns: Readonly<Record<string, number>>, inputs: Iterable<NodeOf<"parameter">>) {
    this.#standIns = Object.entries(standIns);
    for (const [name, size] of this.#standIns) {
      if (!Number.isSafeInteger(size) || size < 2) {
        fail(`dynamic dimension "${name}" needs a whole stand-in size above 1, got ${size}; take a prime that no other size has`);
      }
      const clash = this.#standIns.find(([other, otherSize]) => other !== name && greatestCommonDivisor(size, otherSize) !== 1);
      if (clash !== undefined) fail(`dynamic dimensions "${name}" (${size}) and "${clash[0]}" (${clash[1]}) have a common factor; take two primes`);
    }
    for (const { attrs, shape } of inputs) {
      for (const [name, size] of this.#standIns) {
        const axis = shape.indexOf(size);
        if (axis >= 0 && !this.#sources.has(name)) this.#sources.set(name, { input: attrs.name, axis });
      }
    }
    for (const [name, size] of this.#standIns) {
      if (!this.#sources.has(name)) fail(`no input has the dynamic dimension "${name}" (stand-in size ${size}); give one that size, or leave the name out`);
    }
  }

  factorsOf(size: number): Factors {
    const dimensions: string[] = [];
    let factor = size;
    for (const [name, standIn] of this.#standIns) {
      for (; factor !== 0 && factor % standIn === 0; factor /= standIn) dimensions.push(name);
    }
    return { factor, dimensions };
  }

  isDynamic(size: number): boolean {
    return this.#standIns.some(([, standIn]) => size !== 0 && size % standIn === 0);
  }

  /** The input and axis that tell a dimension's size when the model runs. */
  sourceOf(name: string): { readonly input: string; readonly axis: number } {
    return this.#sources.get(name)!;
  }

  /** Sizes of a model's input or output: `[1009, 1018, 8]` is `["batch", "2*sequence", 8]`. */
  describe(shape: Shape): Dimension[] {
    return shape.map((size) => {
      const { factor, dimensions } = this.factorsOf(size);
      if (dimensions.length === 0) return size;
      return [...(factor === 1 ? [] : [factor]), ...dimensions].join("*");
    });
  }

  /** @throws GraphError `graph/dynamic-dimension` if data of this shape, which cannot change, has a dynamic size. */
  requireFixed(what: string, shape: Shape): void {
    const size = shape.find((each) => this.isDynamic(each));
    if (size === undefined) return;
    fail(`${what} [${shape}] has fixed data, but its size ${size} stands for ${this.describe([size])[0]}; make it an input, or take another stand-in size`);
  }

  /**
   * A size that grows with a dynamic dimension must be a product of such dimensions: `sequence - 1` cannot be told from a fixed size.
   *
   * @throws GraphError `graph/dynamic-dimension`
   */
  requireExpressible(node: Node): void {
    for (const [axis, size] of node.shape.entries()) {
      const origin = sizesBehind(node, axis).find((each) => this.isDynamic(each));
      if (origin === undefined || this.isDynamic(size)) continue;
      fail(`the size ${size} of ${node.op}'s axis ${axis} depends on ${this.describe([origin])[0]} but is no multiple of it; pass that tensor as an input`);
    }
  }
}

/** The sizes that are added or subtracted to give the size of a result's axis. */
function sizesBehind(node: Node, axis: number): number[] {
  switch (node.op) {
    case "concat": return axis === node.attrs.axis ? node.inputs.map((input) => input.shape[axis]!) : [];
    case "pad": return [node.attrs.before[axis]!, node.inputs[0]!.shape[axis]!, node.attrs.after[axis]!];
    case "slice": return [node.attrs.starts[axis]!, node.attrs.ends[axis]!];
    default: return [];
  }
}
