"""Makes families.json: what transformers' classes of the BERT family save, and what they compute.

Made with Python 3.11, torch 2.13.0 (float64, CPU), transformers 5.18.0, safetensors 0.8.0:

    python make-families.py > families.json

Each case holds the config.json and the names and shapes of the tensors that `save_pretrained` writes, and the logits of two sequences, the second one padded.
Weights are not stored: tensors are filled by name, as `filled` tells.
"""

import json
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors import safe_open

from make_filled import filled, numbers

torch.set_default_dtype(torch.float64)

IDS = [[0, 7, 15, 4, 11], [0, 9, 2, 1, 1]]
MASK = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]

common = dict(vocab_size=17, max_position_embeddings=9, num_attention_heads=2, num_hidden_layers=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
              pad_token_id=1, bos_token_id=0, eos_token_id=2)
mobile = dict(common, hidden_size=10, intra_bottleneck_size=6, embedding_size=4, intermediate_size=11)
layer_norm = dict(normalization_type="layer_norm", layer_norm_eps=1e-5, hidden_act="gelu")
every_bottleneck = dict(use_bottleneck_attention=True, key_query_shared_bottleneck=False)

cases = {
    "albertMlm": ("AlbertForMaskedLM", dict(common, hidden_size=8, embedding_size=5, intermediate_size=12, num_hidden_layers=5, num_hidden_groups=2)),
    "albertClassifier": ("AlbertForSequenceClassification",
                         dict(common, hidden_size=8, embedding_size=8, intermediate_size=12, inner_group_num=2, hidden_act="relu", type_vocab_size=1)),
    "camembertMlm": ("CamembertForMaskedLM", dict(common, hidden_size=8, intermediate_size=12, type_vocab_size=1, num_hidden_layers=1)),
    "distilbertMlm": ("DistilBertForMaskedLM", dict(vocab_size=17, max_position_embeddings=9, n_heads=2, n_layers=2, dim=8, hidden_dim=12, dropout=0.0,
                                                    attention_dropout=0.0, pad_token_id=1, bos_token_id=0, eos_token_id=2)),
    "electraMlm": ("ElectraForMaskedLM", dict(common, hidden_size=8, embedding_size=5, intermediate_size=12)),
    "mobilebertMlm": ("MobileBertForMaskedLM", dict(mobile, num_feedforward_networks=3)),
    "mobilebertClassifier": ("MobileBertForSequenceClassification", dict(mobile, **layer_norm, num_feedforward_networks=1, trigram_input=False)),
    "mobilebertBottleneckMlm": ("MobileBertForMaskedLM", dict(mobile, **layer_norm, **every_bottleneck, num_feedforward_networks=2, trigram_input=False)),
    "mobilebertBottleneckClassifier": ("MobileBertForSequenceClassification", dict(mobile, **every_bottleneck, num_feedforward_networks=2)),
    "mobilebertWideMlm": ("MobileBertForMaskedLM", dict(mobile, **layer_norm, use_bottleneck=False, num_feedforward_networks=2, num_hidden_layers=1)),
}


def case(class_name, fields):
    model_class = getattr(transformers, class_name)
    labels = {"num_labels": 3} if class_name.endswith("ForSequenceClassification") else {}
    model = model_class(model_class.config_class(**fields, **labels, attn_implementation="eager")).eval()
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        config = json.loads(Path(folder, "config.json").read_text())
        with safe_open(Path(folder, "model.safetensors"), "pt") as file:
            tensors = {name: list(file.get_slice(name).get_shape()) for name in file.keys()}
    # By the names in the file, since a tied tensor has several.
    with torch.no_grad():
        for name, shape in tensors.items():
            model.get_parameter(name).copy_(filled(name, shape))
    logits = model(input_ids=torch.tensor(IDS), attention_mask=torch.tensor(MASK)).logits
    return {"config": config, "tensors": tensors, "logits": numbers(logits)}


print(json.dumps({"ids": IDS, "mask": MASK, "cases": {name: case(*each) for name, each in cases.items()}}, separators=(",", ":")))
