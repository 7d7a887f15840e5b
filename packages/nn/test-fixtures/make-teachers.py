"""Makes teachers/: folders as published models have them, with what transformers computes for them in teachers.json, and torch files of other kinds.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0, safetensors 0.8.0:

    python make-teachers.py

Weights are drawn by `filled`, rounded to the type that the folder has, and the outputs computed from them in float64 on a CPU. The files are written as
older versions of transformers did: prefixes or none, gamma and beta, ids of positions, tied decoders once more, poolers, several shards.
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

from make_filled import filled, numbers

IDS = [[0, 7, 15, 4, 11], [0, 9, 2, 1, 1]]
MASK = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
ROOT = Path(__file__).parent / "teachers"

common = dict(vocab_size=17, max_position_embeddings=9, num_attention_heads=2, num_hidden_layers=2, hidden_size=8, intermediate_size=12, hidden_dropout_prob=0.0,
              attention_probs_dropout_prob=0.0, pad_token_id=1)
distil = dict(vocab_size=17, max_position_embeddings=9, n_heads=2, n_layers=2, dim=8, hidden_dim=12, dropout=0.0, attention_dropout=0.0, pad_token_id=1)


def renamed(state, *pairs):
    for old, new in pairs:
        state = OrderedDict((name.replace(old, new), tensor) for name, tensor in state.items())
    return state


def with_position_ids(state, base):
    return OrderedDict([(f"{base}embeddings.position_ids", torch.arange(9).reshape(1, 9)), *state.items()])


def shard(tensors, folder, stem, ending, save):
    """Every second tensor into each of two files, and the index."""
    files = [f"{stem}-0000{i + 1}-of-00002.{ending}" for i in range(2)]
    weight_map = {name: files[i % 2] for i, name in enumerate(tensors)}
    for file in files:
        save({name: tensor for name, tensor in tensors.items() if weight_map[name] == file}, folder / file)
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    (folder / f"{stem}.{ending}.index.json").write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": weight_map}, indent=1))


def save_tensors(tensors, path):
    save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, path, metadata={"format": "pt"})


def write_bert(state, folder):
    """As bert-base-uncased: both heads of pre-training, the old names of norms."""
    torch.save(renamed(with_position_ids(state, "bert."), ("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")), folder / "pytorch_model.bin")


def write_bare_bert(state, folder):
    """The class without a head: names without a prefix, its pooler, and matrices that lie in memory the other way round."""
    turned = OrderedDict((name, tensor.t().contiguous().t() if tensor.dim() == 2 else tensor) for name, tensor in state.items())
    torch.save(turned, folder / "pytorch_model.bin")


writers = {
    "bert": ("BertForPreTraining", dict(common), torch.float32, write_bert),
    "bert-bare": ("BertModel", dict(common, hidden_act="gelu_new"), torch.float64, write_bare_bert),
    "roberta": ("RobertaForMaskedLM", dict(common, type_vocab_size=1), torch.float16,
                lambda state, folder: shard(with_position_ids(state, "roberta."), folder, "pytorch_model", "bin", lambda tensors, path: torch.save(tensors, path))),
    "distilbert": ("DistilBertForMaskedLM", dict(distil), torch.bfloat16, lambda state, folder: save_tensors(state, folder / "model.safetensors")),
    "electra": ("ElectraForMaskedLM", dict(common, embedding_size=5), torch.float32,
                lambda state, folder: shard(with_position_ids(state, "electra."), folder, "model", "safetensors", save_tensors)),
    "electra-discriminator": ("ElectraForPreTraining", dict(common, embedding_size=5), torch.float32, lambda state, folder: torch.save(state, folder / "pytorch_model.bin")),
}


def case(name, class_name, fields, dtype, write):
    model_class = getattr(transformers, class_name)
    model = model_class(model_class.config_class(**fields, attn_implementation="eager")).double().eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            parameter.copy_(filled(parameter_name, parameter.shape).to(dtype))
    folder = ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    config = {**model.config.to_dict(), "architectures": [class_name]}
    (folder / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value is not None and key != "dtype"}, indent=1, sort_keys=True))
    write(OrderedDict((key, tensor.to(dtype)) for key, tensor in model.state_dict().items()), folder)
    out = model(input_ids=torch.tensor(IDS), attention_mask=torch.tensor(MASK), output_hidden_states=True)
    logits = out.get("prediction_logits", out.get("logits"))
    is_mlm = logits is not None and logits.dim() == 3
    return {"states": numbers(out.hidden_states[-1]), **({"logits": numbers(logits)} if is_mlm else {})}


def torch_files():
    """One file of each kind of element, views, parameters, and what a state dict must not hold."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    views = {"turned": base.t(), "part": base[1:3, 2:5], "every second": base[:, ::2], "row": base[2], "spread": base[0, :1].expand(3), "scalar": base[1, 1], "empty": base[:0], "whole": base}
    torch.save(views, ROOT / "views.bin")
    floats = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 1e-5, float("inf"), float("-inf"), float("nan"), 0.1]
    torch.save({str(dtype).split(".")[1]: torch.tensor(floats).to(dtype) for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}, ROOT / "floats.bin")
    integers = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
    torch.save({**{str(dtype).split(".")[1]: torch.tensor([0, 1, 1]).to(dtype) for dtype in integers}, "weight": torch.nn.Parameter(torch.tensor([0.5]))}, ROOT / "integers.bin")
    torch.save({"model": {"a": torch.zeros(1)}, "step": 3}, ROOT / "checkpoint.bin")
    torch.save({"a": torch.zeros(1)}, ROOT / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"a": torch.zeros(1), "b": torch.nn.Linear(1, 1)}, ROOT / "module.bin")
    torch.save({"a": torch.zeros(1)}, ROOT / "protocol-4.bin", pickle_protocol=4)


if __name__ == "__main__":
    cases = {name: case(name, *each) for name, each in writers.items()}
    (ROOT / "teachers.json").write_text(json.dumps({"ids": IDS, "mask": MASK, "cases": cases}, separators=(",", ":")))
    torch_files()
