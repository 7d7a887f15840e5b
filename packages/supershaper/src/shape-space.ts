import { type DesignSpace, designSpace, type EncoderArch, superShaperArch, type SuperShaperOptions } from "@bort/arch";
import { type Shape } from "@bort/predictors";
import { SuperShaperError } from "./supershaper-error.js";

/** Which shapes there are, and what a network of one is beside; every default is the paper's. */
export interface ShapeSpaceOptions extends SuperShaperOptions {
  /** How many layers choose among `widths` where that is one list. Default 12. */
  readonly layers?: number;
  /** Widths that every layer may have, or a list for each layer; multiples of `heads`. Default 120, 240, 360, 480, 540, 600, 768. */
  readonly widths?: readonly number[] | readonly (readonly number[])[];
}

/** Source: SuperShaper, section 4.1. */
export const paperWidths: readonly number[] = [120, 240, 360, 480, 540, 600, 768];
const mostLayers = 1024;

/** All shapes of a super-network: one of some widths for each layer; 7^12 = 13,841,287,201 of them by default. Source: SuperShaper, section 4.1. */
export class ShapeSpace {
  /** Widths that each layer may have, ascending. */
  readonly widths: readonly (readonly number[])[];
  readonly heads: number;
  readonly smallest: Shape;
  readonly largest: Shape;
  readonly #design: DesignSpace;

  /**
   * @throws SuperShaperError `supershaper/heads-do-not-divide-width`; `supershaper/bad-option` where `layers` is not the number of lists
   * @throws ArchError `arch/bad-size`, `arch/duplicate`, `arch/empty-list`
   */
  constructor(options: ShapeSpaceOptions = {}) {
    const { heads = 12 } = options;
    this.heads = heads;
    this.widths = widthLists(options).map((list) => list.toSorted((a, b) => a - b));
    for (const list of this.widths) for (const width of list) requireHeads(width, heads);
    this.#design = designSpace({
      axes: this.widths.map((values, layer) => ({ name: `layer ${layer + 1} width`, values })),
      arch: (shape) => superShaperArch(shape, options),
    });
    this.smallest = this.widths.map((list) => list[0]!);
    this.largest = this.widths.map((list) => list.at(-1)!);
  }

  get layers(): number {
    return this.widths.length;
  }

  /** How many shapes there are. */
  get size(): bigint {
    return this.#design.size;
  }

  /** The network of a shape; throws what `check` throws. */
  arch(shape: Shape): EncoderArch {
    return this.#design.arch(this.check(shape));
  }

  has(shape: Shape): boolean {
    return this.#design.has(shape);
  }

  /**
   * Returns a shape of this space.
   *
   * @throws SuperShaperError `supershaper/bad-shape` for another number of layers, `supershaper/width-not-in-space`, `supershaper/heads-do-not-divide-width`
   */
  check(shape: Shape): Shape {
    if (shape.length !== this.layers) {
      throw new SuperShaperError("supershaper/bad-shape", `supershaper: a shape of this space needs ${this.layers} widths, one a layer, got ${shape.length}; correct it`);
    }
    for (const [layer, width] of shape.entries()) {
      if (this.widths[layer]!.includes(width)) continue;
      requireHeads(width, this.heads);
      throw new SuperShaperError("supershaper/width-not-in-space",
        `supershaper: layer ${layer + 1} must be ${this.widths[layer]!.join(", ")} wide, got ${width}; take one of these, or make a space that has it`);
    }
    return shape;
  }

  /** Reads a shape from parsed JSON, a list of numbers; throws what `check` throws. */
  parse(json: unknown): Shape {
    if (Array.isArray(json) && json.every((width): width is number => typeof width === "number")) return this.check(json);
    throw new SuperShaperError("supershaper/bad-shape", `supershaper: a shape must be a list of ${this.layers} numbers, got ${String(JSON.stringify(json)).slice(0, 60)}; correct it`);
  }

  /** The draw of that zero-based index, each shape as likely as the others; it depends on `seed` and `index` alone. */
  draw(seed: number, index: number): Shape {
    return this.#design.draw(seed, index);
  }

  /** The draws 0 to `count - 1` of a seed; a shape may come twice. */
  sample(seed: number, count: number): Shape[] {
    return this.#design.sample(seed, count);
  }

  /** Every shape, the last layer changing fastest; for small spaces. */
  [Symbol.iterator](): Iterator<Shape> {
    return this.#design[Symbol.iterator]();
  }
}

function widthLists({ layers, widths = paperWidths }: ShapeSpaceOptions): readonly (readonly number[])[] {
  const lists = widths.filter((each) => typeof each === "object");
  if (lists.length === 0) return Array.from({ length: requireLayers(layers ?? 12) }, () => widths as readonly number[]);
  if (lists.length === widths.length && (layers === undefined || layers === lists.length)) return lists;
  throw new SuperShaperError("supershaper/bad-option",
    `supershaper: widths must be one list for all layers or one for each of ${layers ?? "the"} layers, got ${lists.length} lists among ${widths.length} values; correct them`);
}

function requireLayers(layers: number): number {
  if (Number.isInteger(layers) && layers >= 1 && layers <= mostLayers) return layers;
  throw new SuperShaperError("supershaper/bad-option", `supershaper: a space needs a whole number of layers in [1, ${mostLayers}], got ${layers}; correct it`);
}

function requireHeads(width: number, heads: number): void {
  if (width % heads === 0) return;
  throw new SuperShaperError("supershaper/heads-do-not-divide-width", `supershaper: widths must be multiples of the ${heads} heads, got ${width}; use others, or other heads`);
}
