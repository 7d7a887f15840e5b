import { flops, formatTuple, maxSequence, parameterCount, tupleOf } from "@bort/arch";
import { formatNumber } from "./format-number.js";
import { type ModelFolder } from "@bort/nn";

/** The README of an exported model: what it is, how large, and how to open it. */
export function modelCard({ model: { arch, head }, tokenizer }: ModelFolder, maxAbsDifference: number): string {
  const [begin, end] = [tokenizer.special.begin, tokenizer.special.end].map((id) => tokenizer.idToToken(id));
  const tuple = tupleOf(arch);
  const classifier = head.kind === "classifier";
  const isRegression = classifier && head.labels.length === 0;
  const size = parameterCount(arch, { heads: classifier ? { classifier: { labels: Math.max(1, head.labels.length) } } : { mlm: {} } }).total;
  const sequence = maxSequence(arch);
  const auto = classifier ? "AutoModelForSequenceClassification" : "AutoModelForMaskedLM";
  return `---
library_name: transformers
pipeline_tag: ${classifier ? "text-classification" : "fill-mask"}
tags: [bert, bort, onnx]
---

# ${isRegression ? "A model of a value of texts" : classifier ? "A text classifier" : "A masked language model"}

| | |
|---|---|
| layers, heads, hidden size, FFN size | ${tuple === undefined ? `${arch.layers.length} layers that differ; hidden size ${arch.hiddenSize}` : formatTuple(tuple)} |
| vocabulary | ${formatNumber(arch.vocabSize)} tokens |
| longest sequence | ${sequence} tokens, \`${begin}\` and \`${end}\` included |
| parameters | ${formatNumber(size)} |
| FLOPs of the encoder at ${sequence} tokens | ${formatNumber(flops(arch, { sequence }).total)} |
${classifier && !isRegression ? `| labels | ${head.labels.join(", ")} |\n` : ""}
\`\`\`python
from transformers import ${auto}, AutoTokenizer
tokenizer, model = AutoTokenizer.from_pretrained("."), ${auto}.from_pretrained(".")
\`\`\`

The tokenizer puts \`${begin}\` before a text and \`${end}\` after it, as in training. \`onnx/model.onnx\` takes \`input_ids\` and
\`attention_mask\`, \`int64[batch, sequence]\`, and gives \`logits\`; they differed from the trained model's by at most ${maxAbsDifference.toExponential(1)}.
`;
}
