import { random } from "@bort/data";
import { type Node, parameter, sizeOf } from "@bort/graph";
import { NnError } from "./nn-error.js";
import { type ParameterSpec } from "./parameter-spec.js";

/** Elements that one optimizer program updates at a time: small enough for a core's cache, large enough to hide a call's cost. */
export const CHUNK_SIZE = 65_536;

/** A run of chunks that share their weight decay. */
export interface ParameterGroup {
  readonly decay: boolean;
  readonly start: number;
  readonly end: number;
}

/** Where every parameter lies in a flat buffer: those with weight decay first, each group padded to whole chunks. */
export interface ParameterLayout {
  readonly specs: readonly ParameterSpec[];
  readonly groups: readonly ParameterGroup[];
  /** Elements of the whole buffer, padding included. */
  readonly size: number;
  offsetOf(name: string): number;
}

export function layoutOf(specs: readonly ParameterSpec[]): ParameterLayout {
  const offsets = new Map<string, number>();
  const groups: ParameterGroup[] = [];
  let end = 0;
  for (const decay of [true, false]) {
    const start = end;
    for (const spec of specs.filter((candidate) => candidate.decay === decay)) {
      offsets.set(spec.name, end);
      end += sizeOf(spec.shape);
    }
    end = start + Math.ceil((end - start) / CHUNK_SIZE) * CHUNK_SIZE;
    groups.push({ decay, start, end });
  }
  return { specs, groups, size: end, offsetOf: (name) => offsets.get(name)! };
}

/** All parameters of one model in one contiguous buffer, with a named view on each. */
export class ParameterStore {
  readonly layout: ParameterLayout;
  /** Every element, in the layout's order; the padding is zero. */
  readonly flat: Float32Array;
  readonly #views: Readonly<Record<string, Float32Array>>;

  constructor(specs: readonly ParameterSpec[], layout: ParameterLayout = layoutOf(specs)) {
    this.layout = layout;
    this.flat = new Float32Array(layout.size);
    this.#views = Object.fromEntries(specs.map(({ name, shape }) => {
      const offset = layout.offsetOf(name);
      return [name, this.flat.subarray(offset, offset + sizeOf(shape))];
    }));
  }

  /** A store with fresh values: the same seed gives a parameter of the same name and shape the same values in every model. */
  static initialized(specs: readonly ParameterSpec[], seed: number, deviation: number): ParameterStore {
    const store = new ParameterStore(specs);
    for (const { name, shape, init } of specs) {
      const values = store.view(name);
      if (init === "ones") values.fill(1);
      if (init === "identity") for (let i = 0; i < Math.min(...shape); i++) values[i * shape[1]! + i] = 1;
      if (init === "normal") {
        const rng = random(seed, "init", name);
        for (let i = 0; i < values.length; i++) values[i] = deviation * rng.normal();
      }
    }
    return store;
  }

  get specs(): readonly ParameterSpec[] {
    return this.layout.specs;
  }

  /** The elements of one parameter, in place. */
  view(name: string): Float32Array {
    const view = this.#views[name];
    if (view === undefined) throw new NnError("nn/missing-tensor", `nn: there is no parameter "${name}"; the model has ${this.specs.length}, from ${this.specs[0]?.name} on`);
    return view;
  }

  /** The views of all parameters by name, as feeds of a program. */
  get views(): Readonly<Record<string, Float32Array>> {
    return this.#views;
  }

  /** Takes over the values that `other` has for `specs`. */
  copy(other: ParameterStore, specs: readonly ParameterSpec[]): void {
    for (const { name } of specs) this.view(name).set(other.view(name));
  }
}

/** Graph inputs for parameters, one node a name. */
export function parameterNodes(specs: readonly ParameterSpec[]): (name: string) => Node {
  const nodes = new Map(specs.map(({ name, shape }) => [name, parameter(name, shape)]));
  return (name) => {
    const node = nodes.get(name);
    if (node === undefined) throw new NnError("nn/missing-tensor", `nn: there is no parameter "${name}" in this model`);
    return node;
  };
}
