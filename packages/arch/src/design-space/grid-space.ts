import { ArchError, shown } from "../arch-error.js";
import { archOf, type ArchTuple } from "../arch-tuple.js";
import { robertaFrame } from "../frames.js";
import { requireSize } from "../require-size.js";
import { type ArchFrame } from "../uniform-arch.js";
import { designSpace, type DesignSpace } from "./design-space.js";

/** The values that each of <D, A, H, I> may take, in the order in which they are tried; also the shape of a `space.json`. */
export interface SpaceAxes {
  readonly depth: readonly number[];
  readonly heads: readonly number[];
  readonly hidden: readonly number[];
  readonly intermediate: readonly number[];
}

/** Every combination of four axes: the intermediate size changes fastest, the depth slowest. */
export interface GridSpace extends DesignSpace<ArchTuple> {
  /** The axes as {@link parseSpace} reads them. */
  readonly lists: SpaceAxes;
  /** The points that can be built, those whose heads divide the hidden size; counted and indexed without listing them. */
  valid(): DesignSpace<ArchTuple>;
}

const axisNames = ["depth", "heads", "hidden", "intermediate"] as const;

/**
 * Makes the grid of four axes, without listing its points; `arch` puts a point into `frame`, RoBERTa's tables by default.
 *
 * Throws `arch/empty-list`, `arch/duplicate` and `arch/bad-size` for an axis without values, with a value twice, or with one that is no size.
 */
export function gridSpace(lists: SpaceAxes, frame: ArchFrame = robertaFrame): GridSpace {
  const space = designSpace<ArchTuple>({
    axes: axisNames.map((name) => ({ name, values: lists[name] })),
    arch: (tuple) => archOf(tuple, frame),
  });
  const valid = (): DesignSpace<ArchTuple> => space.wherePair("heads", "hidden", (heads, hidden) => hidden % heads === 0);
  return Object.assign(space, { lists, valid });
}

/**
 * Reads a parsed `space.json`: an object with the four lists `depth`, `heads`, `hidden`, `intermediate` and nothing else.
 *
 * Throws `arch/bad-space` where it is no such object, `arch/unknown-key`, `arch/missing-field`, and what {@link gridSpace} throws.
 */
export function parseSpace(json: unknown, frame?: ArchFrame): GridSpace {
  const example = 'write it like {"depth":[2,4],"heads":[2,4],"hidden":[64,128],"intermediate":[128,256]}';
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new ArchError("arch/bad-space", `arch: a space must be an object of four lists, got ${shown(json)}; ${example}`);
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((key) => !(axisNames as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new ArchError("arch/unknown-key", `arch: a space has the keys ${axisNames.join(", ")}, got ${shown(unknown)}; remove it`);
  }
  const axis = (name: keyof SpaceAxes): readonly number[] => {
    const values = fields[name];
    if (values === undefined) {
      throw new ArchError("arch/missing-field", `arch: a space needs the list "${name}", which is missing; ${example}`);
    }
    if (!Array.isArray(values)) {
      throw new ArchError("arch/bad-space", `arch: "${name}" of a space must be a list, got ${shown(values)}; ${example}`);
    }
    return values.map((value: unknown) => requireSize(value, `"${name}" of a space`));
  };
  return gridSpace({ depth: axis("depth"), heads: axis("heads"), hidden: axis("hidden"), intermediate: axis("intermediate") }, frame);
}

/** The space that Bort was found in: 6 x 4 x 3 x 5 = 360 points, 300 of which can be built. Source: Bort, section 3.3. */
export const bortSpace: GridSpace = /* @__PURE__ */ gridSpace({
  depth: [2, 4, 6, 8, 10, 12],
  heads: [4, 8, 12, 16],
  hidden: [512, 768, 1024],
  intermediate: [256, 512, 768, 1024, 3072],
});
