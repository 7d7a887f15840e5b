/** Neighbouring points that have one value: the mean of theirs. */
interface Block {
  readonly x: readonly number[];
  readonly y: number;
}

/**
 * The rising curve with the least squared errors through some points, straight between them and level beyond: pool adjacent violators.
 *
 * @param points of x and y in any order; those of one x count as their mean
 * @returns the value of the curve at any x
 *
 * Source: Barlow et al. 1972.
 */
export function monotoneFit(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  const sorted = points.toSorted((a, b) => a[0] - b[0]).map(([x, y]): Block => ({ x: [x], y }));
  const distinct = pooledWhere(sorted, (last, next) => last.x[0] === next.x[0]);
  const blocks = pooledWhere(distinct, (last, next) => last.y > next.y);
  const knots = blocks.flatMap(({ x, y }) => x.map((each) => [each, y] as const));
  return (x) => {
    const after = knots.findIndex(([knot]) => knot >= x);
    if (after <= 0) return knots.at(after)![1]; // Before the first, or beyond the last: -1.
    const [[left, low], [right, high]] = [knots[after - 1]!, knots[after]!];
    return low + ((high - low) * (x - left)) / (right - left);
  };
}

/** Joins each block with those before it as long as a rule says so. */
function pooledWhere(blocks: readonly Block[], join: (last: Block, next: Block) => boolean): Block[] {
  const joined: Block[] = [];
  for (const each of blocks) {
    let block = each;
    for (let last = joined.at(-1); last !== undefined && join(last, block); last = joined.at(-1)) {
      block = pooled(last, block);
      joined.pop();
    }
    joined.push(block);
  }
  return joined;
}

function pooled(first: Block, second: Block): Block {
  const x = [...first.x, ...second.x];
  return { x, y: (first.y * first.x.length + second.y * second.x.length) / x.length };
}
