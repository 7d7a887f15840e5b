"""Makes golden.json: what independent implementations compute for the inputs in it.

Made with Python 3.11, torch 2.13.0 (float64, CPU), transformers 5.18.0, safetensors 0.8.0, numpy 2.4.6:

    python make-golden.py > golden.json

Weights are not stored: both sides fill a tensor from its Hugging Face name, as `filled` tells. Of each gradient two numbers are stored:
sum g_i cos(0.3 i), and sum g_i^2.
"""

import base64
import json
import math

import numpy as np
import torch
from safetensors.numpy import save
from torch import nn
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, RobertaConfig, RobertaForMaskedLM, RobertaForSequenceClassification

from make_filled import filled, numbers

torch.set_default_dtype(torch.float64)


def summary(gradient):
    g = gradient.detach().reshape(-1)
    return numbers(torch.stack([(g * torch.cos(0.3 * torch.arange(len(g)))).sum(), (g * g).sum()]))


def gradients(parameters):
    return {name: summary(p.grad) for name, p in parameters if p.grad is not None}


IDS = [[0, 7, 19, 4, 11, 2], [0, 4, 13, 22, 5, 2], [0, 9, 2, 1, 1, 1]]
MASK = [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]]
# Flat positions of [2, 6] and the token to predict there.
MASKED = [(3, 8), (1, 7), (7, 15), (10, 5), (8, 6)]


def fill(model, zeros=()):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.zeros_like(parameter) if name in zeros else filled(name, parameter.shape))
    return model.eval()


def mlm_case(model, arch, zeros=()):
    fill(model, zeros)
    ids = torch.tensor(IDS[:2])
    labels = torch.full((12,), -100)
    for place, label in MASKED:
        labels[place] = label
    out = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels.reshape(2, 6))
    out.loss.backward()
    kept = [(name, p) for name, p in model.named_parameters() if name not in zeros]
    return {"arch": arch, "ids": IDS[:2], "masked": MASKED, "logits": numbers(out.logits), "loss": out.loss.item(), "gradients": gradients(kept)}


def classifier_case(model, arch, labels):
    fill(model)
    out = model(input_ids=torch.tensor(IDS), attention_mask=torch.tensor(MASK), labels=torch.tensor(labels))
    out.loss.backward()
    return {"arch": arch, "ids": IDS, "mask": MASK, "labels": labels, "logits": numbers(out.logits), "loss": out.loss.item(), "gradients": gradients(model.named_parameters())}


def hf(arch):
    return dict(
        vocab_size=arch["vocabSize"], hidden_size=arch["hidden"], num_hidden_layers=arch["depth"], num_attention_heads=arch["heads"],
        intermediate_size=arch["intermediate"], max_position_embeddings=arch["positions"], type_vocab_size=max(1, arch.get("tokenTypes", 0)),
        hidden_act="gelu_new" if arch.get("activation") == "geluTanh" else "gelu", layer_norm_eps=arch["layerNormEps"], pad_token_id=1,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager")


def transformers_cases():
    plain = dict(depth=2, heads=3, hidden=12, intermediate=20, vocabSize=23, positions=9, layerNormEps=1e-5, padTokenId=1)
    typed = dict(depth=1, heads=2, hidden=8, intermediate=10, vocabSize=23, positions=8, tokenTypes=2, activation="geluTanh", layerNormEps=1e-12, padTokenId=1)
    offset = dict(depth=2, heads=2, hidden=8, intermediate=12, vocabSize=23, positions=10, positionOffset=2, tokenTypes=1, layerNormEps=1e-5, padTokenId=1)
    labels = [2, 0, 1]
    return {
        "bertMlm": mlm_case(BertForMaskedLM(BertConfig(**hf(plain))), plain, ("bert.embeddings.token_type_embeddings.weight",)),
        "bertClassifier": classifier_case(BertForSequenceClassification(BertConfig(**hf(typed), num_labels=3)), typed, labels),
        "robertaMlm": mlm_case(RobertaForMaskedLM(RobertaConfig(**hf(offset))), offset),
        "robertaClassifier": classifier_case(RobertaForSequenceClassification(RobertaConfig(**hf(offset), num_labels=3)), offset, labels),
    }


def heterogeneous_case():
    """Layers of other heads, keys and values, written out plainly; no transformers class has them. Names as BERT's."""
    hidden, layers = 10, [dict(heads=2, keySize=3, valueSize=5, intermediateSize=7), dict(heads=3, keySize=5, valueSize=2, intermediateSize=13)]
    parameters = {}

    def p(name, *shape):
        if name not in parameters:
            parameters[name] = filled(name, shape).requires_grad_()
        return parameters[name]

    def dense(name, x, outputs):
        return x @ p(f"{name}.weight", outputs, x.shape[-1]).T + p(f"{name}.bias", outputs)

    def norm(name, x):
        mean = x.mean(-1, keepdim=True)
        variance = ((x - mean) ** 2).mean(-1, keepdim=True)
        return (x - mean) / (variance + 1e-5) ** 0.5 * p(f"{name}.weight", hidden) + p(f"{name}.bias", hidden)

    ids, mask, labels = torch.tensor(IDS), torch.tensor(MASK, dtype=torch.float64), torch.tensor([1, 1, 0])
    x = p("bert.embeddings.word_embeddings.weight", 23, hidden)[ids] + p("bert.embeddings.position_embeddings.weight", 7, hidden)[:6]
    x = norm("bert.embeddings.LayerNorm", x)
    for i, layer in enumerate(layers):
        at, heads = f"bert.encoder.layer.{i}.", layer["heads"]

        def head_of(kind, size):
            return dense(f"{at}attention.self.{kind}", x, heads * size).reshape(3, 6, heads, size)

        q, k, v = head_of("query", layer["keySize"]), head_of("key", layer["keySize"]), head_of("value", layer["valueSize"])
        context = torch.zeros(3, 6, heads, layer["valueSize"])
        for b in range(3):
            for h in range(heads):
                scores = q[b, :, h] @ k[b, :, h].T / math.sqrt(layer["keySize"])
                scores = scores.masked_fill(mask[b][None, :] == 0, -math.inf)
                weights = scores.exp() / scores.exp().sum(-1, keepdim=True)
                context[b, :, h] = weights @ v[b, :, h]
        x = norm(f"{at}attention.output.LayerNorm", x + dense(f"{at}attention.output.dense", context.reshape(3, 6, -1), hidden))
        inner = dense(f"{at}intermediate.dense", x, layer["intermediateSize"])
        inner = inner * 0.5 * (1 + torch.erf(inner / math.sqrt(2)))
        x = norm(f"{at}output.LayerNorm", x + dense(f"{at}output.dense", inner, hidden))
    logits = dense("classifier", torch.tanh(dense("bert.pooler.dense", x[:, 0], hidden)), 2)
    loss = -torch.log(logits.exp() / logits.exp().sum(-1, keepdim=True))[torch.arange(3), labels].mean()
    loss.backward()
    arch = dict(vocabSize=23, positions=7, positionOffset=0, tokenTypes=0, hiddenSize=hidden, layers=layers, activation="gelu", layerNormEps=1e-5, pooler=False, padTokenId=1)
    return {"arch": arch, "ids": IDS, "mask": MASK, "labels": labels.tolist(), "logits": numbers(logits), "loss": loss.item(), "gradients": gradients(parameters.items())}


def losses():
    student, teacher = (3 * filled(name, (4, 5)) for name in ("student", "teacher"))
    student.requires_grad_()
    weights, labels, temperature = torch.tensor([1.0, 0.0, 1.0, 2.0]), torch.tensor([4, 0, 2, 2]), 2.5
    distributions = torch.tensor([[0.5, 0.0, 0.125, 0.125, 0.25], [0.0, 0.25, 0.25, 0.25, 0.25], [0.0, 0.0, 0.0, 1.0, 0.0], [0.0625, 0.4375, 0.25, 0.0, 0.25]])
    rows = {
        "label": nn.functional.cross_entropy(student, labels, reduction="none"),
        "softLabel": nn.functional.cross_entropy(student, distributions, reduction="none"),
        "distillation": temperature**2 * nn.functional.kl_div(
            (student / temperature).log_softmax(-1), (teacher / temperature).log_softmax(-1), reduction="none", log_target=True).sum(-1),
        "lastLayer": nn.functional.cross_entropy(student, teacher.softmax(-1), reduction="none"),
    }
    result = {}
    for name, values in rows.items():
        loss = (values * weights).sum() / weights.sum()
        (slope,) = torch.autograd.grad(loss, student, retain_graph=True)
        result[name] = {"loss": loss.item(), "gradient": numbers(slope)}
    return {"temperature": temperature, "weights": weights.tolist(), "labels": labels.tolist(), "distributions": distributions.flatten().tolist(), **result}


def lamb(betas, epsilon, decay):
    """You et al. 2020, algorithm 2, written plainly: torch has no LAMB. Decay is given for each parameter."""

    class Lamb(torch.optim.Optimizer):
        def __init__(self, groups):
            super().__init__(groups, {"lr": 1.0, "weight_decay": decay})

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    if not state:
                        state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                    state["t"] += 1
                    state["m"] = betas[0] * state["m"] + (1 - betas[0]) * p.grad
                    state["v"] = betas[1] * state["v"] + (1 - betas[1]) * p.grad**2
                    m, v = state["m"] / (1 - betas[0] ** state["t"]), state["v"] / (1 - betas[1] ** state["t"])
                    u = m / (v.sqrt() + epsilon) + group["weight_decay"] * p
                    sizes = p.norm(), u.norm()
                    ratio = sizes[0] / sizes[1] if sizes[0] > 0 and sizes[1] > 0 else 1.0
                    p -= group["lr"] * ratio * u

    return Lamb


def optimizers():
    """Five steps of two parameters, of which the first decays; gradients grow, so that the norm is clipped at 1 in some steps only."""
    rates = [0.1, 0.05, 0.2, 0.2, 0.01]

    def run(make):
        a, b = (nn.Parameter(filled(name, (3,))) for name in ("a", "b"))
        optimizer, norms = make(a, b), []
        for step, rate in enumerate(rates):
            a.grad, b.grad = (((0.4 * (step + 1)) * filled(f"{name} {step}", (3,))) * 2 for name in ("a", "b"))
            norms.append(float(nn.utils.clip_grad_norm_([a, b], 1.0)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        return {"a": numbers(a), "b": numbers(b), "norms": norms}

    return {
        "rates": rates,
        "adamw": run(lambda a, b: torch.optim.AdamW([{"params": [a], "weight_decay": 0.3}, {"params": [b], "weight_decay": 0.0}], betas=(0.8, 0.95), eps=1e-3)),
        "sgd": run(lambda a, b: torch.optim.SGD([a, b], lr=1.0)),
        "momentum": run(lambda a, b: torch.optim.SGD([a, b], lr=1.0, momentum=0.7)),
        "decaying": run(lambda a, b: torch.optim.SGD([{"params": [a], "weight_decay": 0.3}, {"params": [b]}], lr=1.0)),
        "lamb": run(lambda a, b: lamb((0.8, 0.95), 1e-3, 0.3)([{"params": [a]}, {"params": [b], "weight_decay": 0.0}])),
    }


def safetensors_file():
    tensors = {"b": np.float32([[1.5, -2], [0.25, 3e38]]), "a.weight": np.float32([7]), "empty": np.zeros((0, 4), np.float32)}
    return base64.b64encode(save(tensors, metadata={"made": "elsewhere"})).decode()


if __name__ == "__main__":
    print(json.dumps({**transformers_cases(), "heterogeneous": heterogeneous_case(), "losses": losses(), "optimizers": optimizers(), "safetensors": safetensors_file()}))
