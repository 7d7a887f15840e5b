"""What fine-tuning is measured against: a classifier of transformers, trained by PyTorch on the same sizes.

    python finetune_torch.py hf-finetune BATCH,LENGTH,HIDDEN,HEADS,FFN,LAYERS,VOCABULARY,LABELS [REPEATS]

One step is the loss of BertForSequenceClassification on a padded batch, its gradients, clipping to norm 1 and AdamW on every parameter (fused, as the Trainer of
transformers has it), in float32 and without dropout. Rows are padded as in ours: the first is full, the last about a quarter of it.
Threads are read from OMP_NUM_THREADS (default 2). Prints one line of JSON with medianMs, minMs, parameters, loss, torch and transformers.
"""

import json
import os
import statistics
import sys
import time

import torch
import transformers
from transformers import BertConfig, BertForSequenceClassification

WARM_UP = 2


def sizes():
    if len(sys.argv) not in (3, 4) or sys.argv[1] != "hf-finetune":
        sys.exit(__doc__.splitlines()[2].strip())
    return list(map(int, sys.argv[2].split(","))), int(sys.argv[3]) if len(sys.argv) == 4 else 9


def classifier(length, hidden, heads, ffn, layers, vocabulary, labels):
    return BertForSequenceClassification(BertConfig(
        vocab_size=vocabulary, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=ffn, max_position_embeddings=length,
        hidden_act="gelu_new", hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=labels)).train()


def padded_batch(batch, length, vocabulary, labels):
    kept = torch.tensor([length - 3 * length * row // (4 * batch) for row in range(batch)])
    mask = (torch.arange(length) < kept[:, None]).long()
    return {"input_ids": torch.randint(vocabulary, (batch, length)), "attention_mask": mask, "labels": torch.randint(labels, (batch,))}


def main():
    (batch, length, hidden, heads, ffn, layers, vocabulary, labels), repeats = sizes()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    model = classifier(length, hidden, heads, ffn, layers, vocabulary, labels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    inputs = padded_batch(batch, length, vocabulary, labels)
    milliseconds = []
    for _ in range(WARM_UP + repeats):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = model(**inputs).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss = loss.item()
        milliseconds.append(1000 * (time.perf_counter() - start))
    timed = milliseconds[WARM_UP:]
    print(json.dumps({
        "peer": "hf-finetune", "shape": sys.argv[2], "medianMs": statistics.median(timed), "minMs": min(timed), "parameters": sum(p.numel() for p in model.parameters()),
        "loss": loss, "torch": torch.__version__, "transformers": transformers.__version__,
    }))


main()
