"""Makes golden.json: what torch computes for the losses of this package on the values in it.

Made with Python 3.11, torch 2.13.0 (float64, CPU):

    python make-golden.py > golden.json
"""

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn

sys.path.append(str(Path(__file__).parents[2] / "nn" / "test-fixtures"))
from make_filled import filled, numbers  # noqa: E402

torch.set_default_dtype(torch.float64)

BATCH, SEQUENCE, ROWS, VOCABULARY = 2, 3, 4, 5
WEIGHTS = torch.tensor([1.0, 0.0, 1.0, 2.0])
TEMPERATURE = 2.5


def rounded(tensor):
    """A leaf with the digits that are stored."""
    return torch.tensor(numbers(tensor)).reshape(tensor.shape).requires_grad_()


class Network:
    """Leaves under the names that the gradients are stored by."""

    def __init__(self, name, depth, width, heads):
        self.leaves = {}
        self.name, self.heads = name, heads
        self.logits = self.leaf("logits", (ROWS, VOCABULARY), 3)
        self.states = [self.leaf(f"state.{i}", (BATCH * SEQUENCE, width)) for i in range(depth + 1)]
        self.read = [{kind: self.leaf(f"{kind}.{i}", (BATCH * SEQUENCE, width), 4) for kind in ("query", "key", "value")} for i in range(1, depth + 1)]
        self.scores = [self.leaf(f"scores.{i}", (BATCH, heads, SEQUENCE, SEQUENCE), 5) for i in range(1, depth + 1)]

    def leaf(self, name, shape, scale=1):
        full = f"{self.name}.{name}"
        self.leaves[full] = rounded(scale * filled(full, shape))
        return self.leaves[full]


def mean_over_rows(rows):
    return (rows * WEIGHTS).sum() / WEIGHTS.sum()


def kl(teacher_logits, student_logits):
    return nn.functional.kl_div(student_logits.log_softmax(-1), teacher_logits.softmax(-1), reduction="none").sum(-1)


def relation(vectors, heads):
    """[batch, heads, sequence, sequence], written by index."""
    width = vectors.shape[1] // heads
    out = torch.zeros(BATCH, heads, SEQUENCE, SEQUENCE)
    for b in range(BATCH):
        for h in range(heads):
            x = vectors[b * SEQUENCE : (b + 1) * SEQUENCE, h * width : (h + 1) * width]
            out[b, h] = x @ x.T / math.sqrt(width)
    return out


def top_rows(student, teacher, k, temperature):
    rows = []
    for s, t in zip(student, teacher):
        kept = t.topk(k).indices
        others = [i for i in range(VOCABULARY) if i not in kept.tolist()]
        p, q = (t / temperature).softmax(-1), (s / temperature).softmax(-1)
        p = torch.cat([p[kept], p[others].sum().reshape(1)])
        q = torch.cat([q[kept], q[others].sum().reshape(1)])
        rows.append((p * (p.log() - q.log())).sum())
    return torch.stack(rows)


def cases():
    t, squared = TEMPERATURE, TEMPERATURE**2
    mse = nn.functional.mse_loss
    projections = {f"projection.{m}.{g}": rounded(filled(f"projection.{m}.{g}", (6, 4))) for m, g in ((0, 0), (1, 2), (2, 4))}

    def last_layer(of):
        return lambda s, a, b: squared * mean_over_rows(of(s.logits / t, a.logits / t, b.logits / t))

    def divided(p, q):
        return nn.functional.kl_div(q.log_softmax(-1), p, reduction="none").sum(-1)

    def hidden(s, a, _):
        return sum(mse(s.states[m] @ projections[f"projection.{m}.{g}"].T, a.states[g]) for m, g in ((0, 0), (1, 2), (2, 4)))

    def relations(kinds, heads, m, g):
        return lambda s, a, _: sum(kl(relation(a.read[g - 1][kind], heads), relation(s.read[m - 1][kind], heads)).mean() for kind in kinds)

    return projections, {
        "correct": last_layer(lambda s, a, _: kl(a, s)),
        "crossEntropy": last_layer(lambda s, a, _: nn.functional.cross_entropy(s, a.softmax(-1), reduction="none")),
        "asReleased": last_layer(lambda s, a, _: divided(a.softmax(-1), s.softmax(-1))),
        "twoByProbabilities": last_layer(lambda s, a, b: 0.25 * kl(a, s) + 0.75 * kl(b, s)),
        "twoByMeanProbability": last_layer(lambda s, a, b: divided(0.25 * a.softmax(-1) + 0.75 * b.softmax(-1), s)),
        "twoByLogits": last_layer(lambda s, a, b: kl(0.25 * a + 0.75 * b, s)),
        "topTwo": lambda s, a, _: squared * mean_over_rows(top_rows(s.logits, a.logits, 2, t)),
        "hiddenStates": hidden,
        "attentionScores": lambda s, a, _: mse(s.scores[0], a.scores[1]) + mse(s.scores[1], a.scores[3]),
        "attentionProbabilities": lambda s, a, _: mse(s.scores[1].softmax(-1), a.scores[3].softmax(-1)),
        "attentionMeanOfHeads": lambda s, _, b: mse(s.scores[1].mean(1), b.scores[3].mean(1)),
        "attentionDistributions": lambda s, a, _: kl(a.scores[3], s.scores[1]).mean(),
        "selfRelations": relations(("query", "key", "value"), 2, 2, 4),
        "valueRelation": relations(("value",), 1, 1, 3),
    }


if __name__ == "__main__":
    student, first, second = Network("student", 2, 4, 2), Network("first", 4, 6, 2), Network("second", 4, 6, 3)
    projections, losses = cases()
    leaves = {**student.leaves, **projections}
    golden = {}
    for name, loss_of in losses.items():
        loss = loss_of(student, first, second)
        slopes = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
        golden[name] = {"loss": loss.item(), "gradients": {leaf: numbers(g) for leaf, g in zip(leaves, slopes) if g is not None}}
    halves = [0.1, -1 / 3, 65503.9, 1e5, -1e5, 6.1e-5, 5.9e-8, -3e-8, 2.98e-8, 1e-9, 2049.0, 2051.0, 0.0, -0.0, 1.0009765625, 1.00048828125, 1.001464843750]
    clamped = torch.tensor(halves, dtype=torch.float32).clamp(-65504, 65504).to(torch.float16)
    golden["float16"] = {"values": halves, "bits": [b & 0xFFFF for b in clamped.view(torch.int16).tolist()]}
    values = {name: numbers(leaf) for name, leaf in {**leaves, **first.leaves, **second.leaves}.items()}
    print(json.dumps({"temperature": TEMPERATURE, "weights": WEIGHTS.tolist(), "values": values, **golden}))
