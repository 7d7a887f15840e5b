import { type NodeOf, sizeOf } from "../ir.js";
import { UNIFORM_STEP, type WordOps, uniformBits } from "../uniform-bits.js";
import { type ModelBuilder } from "./model-builder.js";
import { elementType } from "./onnx-messages.js";

/** TensorProto's number for uint32, the words that BitShift and BitwiseXor take. */
const UINT32 = 12;

/** `uniform` by integer operators: i32[] -> f32[...shape]. What depends on the indices alone is the same for all values of one size. */
export function lowerUniform(model: ModelBuilder, { attrs: { shape } }: NodeOf<"uniform">, seed: string): string {
  const asWords = (value: string): string => model.emit("Cast", [value], { to: UINT32 });
  const words: WordOps<string> = {
    xor: (x, y) => model.emit("BitwiseXor", [x, y]),
    shiftRight: (x, bits) => model.emit("BitShift", [x, asWords(model.constant("i32", [], [bits]))], { direction: "RIGHT" }),
    // ONNX Runtime multiplies signed integers only; the low bits of a product do not depend on signs.
    multiply: (x, factor) => asWords(model.emit("Mul", [model.emit("Cast", [x], { to: elementType.i32 }), model.constant("i32", [], [factor])])),
  };
  const scalar = (size: number): string => model.emit("Reshape", [model.ints([size]), model.ints([])]);
  const indices = asWords(model.emit("Range", [scalar(0), scalar(sizeOf(shape)), scalar(1)]));
  const bits = model.emit("Cast", [uniformBits(words, asWords(seed), indices)], { to: elementType.f32 });
  return model.emit("Reshape", [model.emit("Mul", [bits, model.scalar(UNIFORM_STEP)]), model.ints(shape)]);
}
