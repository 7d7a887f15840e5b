"""Writes pruned-golden.json, for prune-vocabulary-golden.test.ts: pruned vocabularies by the rules as they read, and their token ids by Hugging Face's tokenizers.

    python make-pruned-golden.py DATA

Tokenizers are those of tokenizer-golden.json, and of `tokenizers/` in DATA; counts are those of odd-lines.json. Made with tokenizers 0.23.2, transformers 5.18.0.
"""
import copy
import hashlib
import json
import math
import sys
from pathlib import Path

import tokenizers
import transformers
from tokenizers import Tokenizer, pre_tokenizers

HERE = Path(__file__).parent
DATA = Path(sys.argv[1])
LINES = json.loads((HERE / "odd-lines.json").read_text("utf8"))
VARIANTS = {variant["name"]: variant["tokenizer"] for variant in json.loads((HERE / "tokenizer-golden.json").read_text("utf8"))["variants"]}


def pair(merge):
    return tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge)


def frequent(document, counts, keep):
    """The old ids of the tokens that stay, in their order."""
    vocabulary = document["model"]["vocab"]
    ids = vocabulary | {token["content"]: token["id"] for token in document["added_tokens"]}
    must = {token["id"] for token in document["added_tokens"]}
    merges = [pair(merge) for merge in document["model"].get("merges", [])]
    if merges:
        must |= {ids[byte] for byte in pre_tokenizers.ByteLevel.alphabet()}
    else:
        must |= {id for token, id in vocabulary.items() if len(token.removeprefix("##") or token) == 1}
        must |= {id for token, id in vocabulary.items() if not all(
            (character if i == 0 and not token.startswith("##") else "##" + character) in vocabulary for i, character in enumerate(token.removeprefix("##")))}
    wholes = {}
    for left, right in merges:
        for part in (left, right):
            wholes.setdefault(part, []).append(left + right)
    weights = {}
    for token in sorted(ids, key=len, reverse=True):
        weights[token] = math.inf if ids[token] in must else counts[ids[token]] + sum(weights[whole] for whole in wholes.get(token, []))
    if "minCount" in keep:
        return sorted(ids[token] for token in ids if weights[token] >= keep["minCount"])
    order = sorted(ids, key=lambda token: (-weights[token], len(token.encode("utf-16-le")), ids[token]))
    return sorted(ids[token] for token in order[:keep["tokens"]])


def pruned(document, kept):
    new = {old: i for i, old in enumerate(kept)}
    document = copy.deepcopy(document)
    model = document["model"]
    for token in document["added_tokens"]:
        token["id"] = new[token["id"]]
    processor = document["post_processor"]
    for role in ("sep", "cls"):
        if role in processor:
            processor[role][1] = new[processor[role][1]]
    for token in processor.get("special_tokens", {}).values():
        token["ids"] = [new[id] for id in token["ids"]]
    if document["padding"]:
        document["padding"]["pad_id"] = new[document["padding"]["pad_id"]]
    model["vocab"] = {token: new[id] for token, id in model["vocab"].items() if id in new}
    if "merges" in model:
        model["merges"] = [merge for merge in model["merges"] if "".join(pair(merge)) in model["vocab"]]
    return document


def encoder(document):
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return lambda lines: [tokenizer.encode(line, add_special_tokens=False).ids for line in lines], tokenizer


def golden(document, keep):
    encode, whole = encoder(document)
    counts = [0] * whole.get_vocab_size()
    for id in (id for row in encode(LINES) for id in row):
        counts[id] += 1
    kept = frequent(document, counts, keep)
    small = pruned(document, kept)
    assert json.loads(Tokenizer.from_str(json.dumps(small)).to_str()) == small  # The library reads it with the ids that it says.
    encode, tokenizer = encoder(small)
    two = tokenizer.encode("one", "two")
    return kept, small, {"ids": encode(LINES), "pair": {"ids": two.ids, "tokenTypes": two.type_ids}}


def variant(name, keep):
    kept, document, rest = golden(VARIANTS[name], keep)
    return {"name": name, "keep": keep, "keptIds": kept, "tokenizer": document, **rest}


def published(tokenizer_class, folder, keep, **options):
    document = json.loads(tokenizer_class.from_pretrained(DATA / "tokenizers" / folder, **options).backend_tokenizer.to_str())
    kept, _, rest = golden(document, keep)
    return {"folder": folder, "keep": keep, "keptHash": hashlib.sha256(",".join(map(str, kept)).encode()).hexdigest()[:16], **rest}


(HERE / "pruned-golden.json").write_text(json.dumps({
    "versions": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__},
    "variants": [
        variant("BERT uncased", {"tokens": 350}),
        variant("NFKC, lower case, Whitespace", {"minCount": 2}),
        variant("byte-level", {"tokens": 300}),
        variant("RoBERTa with a prefix space", {"minCount": 3}),
    ],
    "published": [
        published(transformers.RobertaTokenizer, "roberta-base", {"tokens": 2000}),
        published(transformers.BertTokenizer, "bert-base-uncased", {"tokens": 3000}),
        published(transformers.BertTokenizer, "bert-base-cased", {"minCount": 2}, do_lower_case=False),
        published(transformers.BertTokenizer, "all-MiniLM-L6-v2", {"tokens": 2500}),
    ],
}, separators=(",", ":")) + "\n")
