import { type Chain, type ChainState } from "./chain-core.js";
import { type Links } from "./links.js";
import { type Path } from "./space-core.js";

/** The paths whose neighbouring places may follow one another. */
export class LinkedChain implements Chain {
  readonly sizes: readonly number[];
  readonly #links: Links;

  constructor(links: Links) {
    this.sizes = links.sizes;
    this.#links = links;
  }

  step(before: ChainState | undefined, place: number): ChainState | undefined {
    const axis = before === undefined ? 0 : before.axis + 1;
    if (this.#links.completions(axis, place) === 0n) return undefined;
    if (before !== undefined && !this.#links.allows(axis, before.place, place)) return undefined;
    return { axis, first: before?.first ?? place, place, sum: 0 };
  }

  count({ axis, place }: ChainState): bigint {
    return this.#links.completions(axis, place);
  }

  has(path: Path): boolean {
    return this.#links.has(path);
  }

  confirm(): void {
    // Whatever can be walked is in the set.
  }
}
