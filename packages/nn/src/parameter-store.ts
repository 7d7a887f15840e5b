import { random } from "@bort/data";
import { type Node, parameter, sizeOf } from "@bort/graph";
import { NnError } from "./nn-error.js";
import { type ParameterLayout, type ParameterRule, layoutOf } from "./parameter-layout.js";
import { type ParameterSpec } from "./parameter-spec.js";

/** All parameters of one model in one contiguous buffer, with a named view on each. */
export class ParameterStore {
  readonly layout: ParameterLayout;
  #flat: Float32Array;
  #views: Readonly<Record<string, Float32Array>>;

  /** `flat`: zeros of the layout's size, where these should lie somewhere in particular. */
  constructor(specs: readonly ParameterSpec[], layout: ParameterLayout = layoutOf(specs), flat: Float32Array = new Float32Array(layout.size)) {
    this.layout = layout;
    this.#flat = flat;
    this.#views = viewsOf(specs, layout, flat);
  }

  /** Every element, in the layout's order; the padding is zero, but for what an update hook makes of it. */
  get flat(): Float32Array {
    return this.#flat;
  }

  /** Moves the values to another array of the same length, and gives back the one where they were. Views from before are of that one. */
  moveTo(flat: Float32Array): Float32Array {
    const before = this.#flat;
    flat.set(before);
    this.#flat = flat;
    this.#views = viewsOf(this.specs, this.layout, flat);
    return before;
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

  /** The same values, laid out for training as `rule` says; see {@link layoutOf}, whose errors it throws. */
  regrouped(rule: ParameterRule): ParameterStore {
    const store = new ParameterStore(this.specs, layoutOf(this.specs, rule));
    store.copy(this, this.specs);
    return store;
  }

  /** Takes over the values that `other` has for `specs`. */
  copy(other: ParameterStore, specs: readonly ParameterSpec[]): void {
    for (const { name } of specs) this.view(name).set(other.view(name));
  }
}

function viewsOf(specs: readonly ParameterSpec[], layout: ParameterLayout, flat: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(specs.map(({ name, shape }) => {
    const offset = layout.offsetOf(name);
    return [name, flat.subarray(offset, offset + sizeOf(shape))];
  }));
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
