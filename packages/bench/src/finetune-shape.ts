import { type EncoderArch } from "@bort/arch";
import { type EncoderShape, parseShape, stepArch } from "./step-shape.js";

/** Sizes of a fine-tuning step, in the order of the command line. */
export interface FinetuneShape extends EncoderShape {
  readonly labels: number;
}

/** The encoders of `stepShapes`, with batches as fine-tuning has them and two or three labels. */
export const finetuneShapes: readonly string[] = [
  "32,128,128,2,512,2,8192,2",
  "16,128,256,4,1024,4,8192,3",
  "8,128,512,8,2048,4,30522,2",
  "8,128,768,12,3072,2,30522,3",
  "8,128,1024,8,768,4,50265,2",
];

/** Reads `16,128,256,4,1024,4,8192,3`; @throws BenchError `bench/bad-shape` */
export function parseFinetuneShape(text: string): FinetuneShape {
  const [encoder, labels] = parseShape(text, "labels", 3);
  return { ...encoder, labels };
}

/** The encoder of a shape: BERT's with its two token types, so that it has the parameters of the peer's; the pooler belongs to the classifier. */
export const finetuneArch = (shape: FinetuneShape): EncoderArch => ({ ...stepArch(shape), tokenTypes: 2 });
