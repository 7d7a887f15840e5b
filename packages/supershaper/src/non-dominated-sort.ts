/** What two solutions are compared by: values that are to be small, and how far a solution is from keeping its constraints. */
export interface Solution {
  readonly values: readonly number[];
  /** 0 where all are kept. */
  readonly violation: number;
}

/** Whether `a` is at least as good in all and better in one; of solutions of which one keeps the constraints no better or both do not, who is closer. Source: Deb et al. 2002, section VI. */
export function dominates(a: Solution, b: Solution): boolean {
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation;
  return a.values.every((value, i) => value <= b.values[i]!) && a.values.some((value, i) => value < b.values[i]!);
}

/** The solutions that none dominates, then those that only these dominate, and so on, each in the order given. Source: Deb et al. 2002, section III-A. */
export function nonDominatedSort<S extends Solution>(solutions: readonly S[]): S[][] {
  const dominated = solutions.map((solution) => [...solutions.keys()].filter((other) => dominates(solution, solutions[other]!)));
  const betters = new Int32Array(solutions.length);
  for (const list of dominated) for (const other of list) betters[other]!++;
  const fronts: S[][] = [];
  for (let front = [...solutions.keys()].filter((i) => betters[i] === 0); front.length > 0;) {
    fronts.push(front.map((i) => solutions[i]!));
    front = front.flatMap((i) => dominated[i]!.filter((other) => --betters[other]! === 0)).sort((a, b) => a - b);
  }
  return fronts;
}
