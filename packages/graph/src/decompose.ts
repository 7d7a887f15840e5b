import { type CompositeOp, type Node, type NodeOf, type OpName } from "./ir.js";
import * as op from "./ops.js";

/** The meaning of each composite op in terms of simpler ones. */
const decompositions: { readonly [K in CompositeOp]: (node: NodeOf<K>) => Node } = {
  // y = x W^T + b
  linear: ({ inputs: [x, weight, bias] }) => op.add(op.matmul(x!, weight!, { transposeB: true }), bias!),
  // y = e^(x - max x) / sum e^(x - max x); the shift changes nothing but the rounding
  softmax: ({ inputs: [x] }) => {
    const powers = op.exp(op.sub(x!, op.stopGradient(op.reduceMax(x!, [-1]))));
    return op.div(powers, op.reduceSum(powers, [-1]));
  },
  // y = x - max x - log sum e^(x - max x)
  logSoftmax: ({ inputs: [x] }) => {
    const shifted = op.sub(x!, op.stopGradient(op.reduceMax(x!, [-1])));
    return op.sub(shifted, op.log(op.reduceSum(op.exp(shifted), [-1])));
  },
  // y = (x - mean x) / sqrt(mean (x - mean x)^2 + epsilon)
  standardize: ({ inputs: [x], attrs: { epsilon } }) => {
    const { centered, deviation } = moments(x!, epsilon);
    return op.div(centered, deviation);
  },
  // dx = (dy - mean dy - y mean(dy y)) / deviation
  standardizeGradient: ({ inputs: [x, dy], attrs: { epsilon } }) => {
    const { centered, deviation } = moments(x!, epsilon);
    const y = op.div(centered, deviation);
    const along = op.mul(y, op.reduceMean(op.mul(dy!, y), [-1]));
    return op.div(op.sub(op.sub(dy!, op.reduceMean(dy!, [-1])), along), deviation);
  },
  layerNorm: ({ inputs: [x, gain, bias], attrs: { epsilon } }) => op.add(op.mul(op.standardize(x!, epsilon), gain!), bias!),
  // none: y = x (1 + erf(x / sqrt 2)) / 2;  tanh: y = x sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3)
  gelu: ({ inputs: [x], attrs: { approximate } }) =>
    approximate === "none"
      ? op.mul(op.mul(x!, 0.5), op.add(op.erf(op.mul(x!, Math.SQRT1_2)), 1))
      : op.mul(x!, op.sigmoid(tanhGeluExponent(x!))),
  // none: dx = dy (Phi(x) + x phi(x));  tanh, with s = sigmoid(2u): dx = dy (s + x s (1 - s) 2u')
  geluGradient: ({ inputs: [x, dy], attrs: { approximate } }) => {
    if (approximate === "none") {
      const cumulative = op.mul(op.add(op.erf(op.mul(x!, Math.SQRT1_2)), 1), 0.5);
      const density = op.mul(op.exp(op.mul(op.mul(x!, x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return op.mul(dy!, op.add(cumulative, op.mul(x!, density)));
    }
    const s = op.sigmoid(tanhGeluExponent(x!));
    const slope = op.add(op.mul(op.mul(x!, x!), 3 * TANH_GELU_CUBIC), TANH_GELU_LINEAR);
    return op.mul(dy!, op.mul(s, op.add(op.mul(op.mul(x!, slope), op.sub(1, s)), 1)));
  },
  // y[row] = -log softmax(logits)[row, label]
  crossEntropy: ({ inputs: [logits, labels] }) =>
    op.reshape(op.neg(op.reduceSum(op.mul(oneHot(labels!, logits!), op.logSoftmax(logits!)), [-1])), [logits!.shape[0]!]),
  crossEntropyGradient: ({ inputs: [logits, labels, dy] }) =>
    op.mul(op.sub(op.softmax(logits!), oneHot(labels!, logits!)), op.reshape(dy!, [logits!.shape[0]!, 1])),
};

/** Whether `op` is defined by `decompositions`. */
export const isComposite = (node: Node): node is { [K in CompositeOp]: NodeOf<K> }[CompositeOp] => Object.hasOwn(decompositions, node.op);

/** One step of `node`'s meaning in simpler ops. */
export const decompose = (node: NodeOf<CompositeOp>): Node => (decompositions[node.op] as (node: NodeOf<OpName>) => Node)(node);

/** The tanh form of GELU is x sigmoid(w) with w = TANH_GELU_LINEAR x + TANH_GELU_CUBIC x^3. */
export const TANH_GELU_LINEAR: number = 2 * Math.sqrt(2 / Math.PI);
export const TANH_GELU_CUBIC: number = TANH_GELU_LINEAR * 0.044715;
const tanhGeluExponent = (x: Node): Node => op.mul(x, op.add(op.mul(op.mul(x, x), TANH_GELU_CUBIC), TANH_GELU_LINEAR));

function moments(x: Node, epsilon: number): { centered: Node; deviation: Node } {
  const centered = op.sub(x, op.reduceMean(x, [-1]));
  return { centered, deviation: op.sqrt(op.add(op.reduceMean(op.mul(centered, centered), [-1]), epsilon)) };
}

/** `i32[rows] -> f32[rows, classes]` for the classes of `logits`. */
function oneHot(labels: Node, logits: Node): Node {
  const [rows, classes] = logits.shape as [number, number];
  const each = op.constant(Array.from({ length: classes }, (_, i) => i), [1, classes], "i32");
  return op.cast(op.equal(op.reshape(labels, [rows, 1]), each), "f32");
}
