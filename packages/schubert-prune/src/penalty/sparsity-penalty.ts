import { type Node } from "@bort/graph";
import { type ElementwiseOptimizer } from "@bort/nn";

/**
 * A way to make prunable parameters sparse. What is trained may differ from the prunable parameters themselves, which `gate` makes of it.
 *
 * Source: schuBERT, section 5, which tried l1, l0 and proximal gradient.
 */
export interface SparsityPenalty {
  readonly name: "l0" | "l1" | "proximal";
  /** Sets it apart from others of its name. */
  readonly settings: Readonly<Record<string, number>>;
  /** Of every trained element at the start, where the prunable parameters are one, or nearly. */
  readonly initial: number;
  /** A learning rate that suits it, where it takes that many steps. */
  learningRate(steps: number): number;
  readonly optimizer: ElementwiseOptimizer;
  /** Whether `gate` draws by its seed, which must then be in the graph. */
  readonly isRandom: boolean;
  /** The prunable parameters of a training graph, `[size]`, from what is trained. `seed` is an `i32[]` that is this vector's own and another in each step. */
  gate(trained: Node, seed: Node): Node;
  /**
   * How many units there are, in a way that has a slope: a scalar of `[size]`, weighed by gamma beta in the loss. Without it the optimizer does what the loss would, and the rate of decay of a
   * vector's group is gamma beta.
   */
  penalty?(trained: Node): Node;
  /** The prunable parameters once training is over. */
  values(trained: Float32Array): Float32Array;
  /** What units are ranked by, positive and the least first, where `values` has many that are equal. Default: their absolute values. */
  worth?(trained: Float32Array): Float32Array;
  /** Slope of the gate / slope of the penalty by what is trained, both at `initial`: what a weight that balances |alpha| is multiplied by to balance this. */
  readonly balance: number;
}
