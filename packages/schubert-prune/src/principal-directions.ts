import { random } from "@bort/data";

/** Directions whose second moments differ by a tenth are told apart to a thousandth after as many. */
const ITERATIONS = 70;

/** What is added to all second moments, as a share of their mean, so that directions without any are directions too. */
const LEAST_MOMENT = 1e-9;

/**
 * Orthonormal directions of the largest second moments, the largest first, `[count, size]`: the leading eigenvectors of a symmetric matrix, `[size, size]`, nearly.
 *
 * By orthogonal iteration (Golub and Van Loan, Matrix Computations, 7.3.2), which finds some of many hundred directions sooner than methods that find all.
 */
export function principalDirections(moments: ArrayLike<number>, size: number, count: number): Float64Array[] {
  const trace = Array.from({ length: size }, (_, i) => moments[i * size + i]!).reduce((a, b) => a + b, 0);
  const least = LEAST_MOMENT * (trace / size) || 1;
  const rng = random(0, "principal directions");
  let directions: Float64Array[] = Array.from({ length: count }, () => Float64Array.from({ length: size }, () => rng.normal()));
  for (let i = 0; i < ITERATIONS; i++) directions = orthonormal(directions.map((direction) => multiplied(direction, moments, least)));
  return directions;
}

/** (M + least) x of a symmetric M. */
function multiplied(x: Float64Array, matrix: ArrayLike<number>, least: number): Float64Array {
  const result = x.map((value) => least * value);
  for (const [i, value] of x.entries()) {
    for (let j = 0, at = i * x.length; j < x.length; j++, at++) result[j]! += value * matrix[at]!;
  }
  return result;
}

/** Gram and Schmidt's, each vector against those before it. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    for (let pass = 0; pass < 2; pass++) { // Once leaves rounding of what was much larger.
      for (const other of done) add(vector, other, -dot(vector, other));
    }
    const norm = Math.sqrt(dot(vector, vector));
    done.push(vector.map((value) => value / norm));
  }
  return done;
}

function add(x: Float64Array, y: Float64Array, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i]! += factor * y[i]!;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
