"""Writes tokenizer-golden.json: token ids by Hugging Face's tokenizers, for tokenizer-golden.test.ts and published-tokenizers.test.ts.

    python make-tokenizer-golden.py DATA

DATA holds `tokenizers/` (published files) and `corpus/` (text), of which hashes alone are written. Made with tokenizers 0.23.2, transformers 5.18.0.
"""
import hashlib
import json
import struct
import sys
from pathlib import Path

import tokenizers
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
DATA = Path(sys.argv[1])
LINES = json.loads((HERE / "odd-lines.json").read_text("utf8"))


def word_piece(normalizer, pre_tokenizer, processor, cleanup=True):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizer
    trainer = trainers.WordPieceTrainer(vocab_size=500, limit_alphabet=120, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.decoder, tokenizer.post_processor = decoders.WordPiece(cleanup=cleanup), processor
    return tokenizer


def byte_level_bpe(normalizer, pre_tokenizer, processor):
    special = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)]
    tokenizer = Tokenizer(models.BPE())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=special, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.decoder, tokenizer.post_processor = decoders.ByteLevel(), processor
    return tokenizer


def with_added(tokenizer):
    tokenizer.add_tokens([
        AddedToken("newtok", single_word=True, normalized=True), AddedToken("NEVÉR", normalized=True), AddedToken("café", normalized=True),
        AddedToken("<left>", lstrip=True, normalized=False), AddedToken("<right>", rstrip=True, normalized=False),
    ])
    return tokenizer


bert = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
template = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
roberta = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=True)
byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
VARIANTS = {
    "BERT uncased": word_piece(normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer(), template),
    "BERT cased": word_piece(normalizers.BertNormalizer(lowercase=False), pre_tokenizers.BertPreTokenizer(), bert, cleanup=False),
    "BERT with accents, as they come": with_added(word_piece(
        normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=False), pre_tokenizers.BertPreTokenizer(), bert)),
    "NFKC, lower case, Whitespace": with_added(word_piece(
        normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()]), pre_tokenizers.Whitespace(), template)),
    "NFD without accents, WhitespaceSplit": word_piece(
        normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()]), pre_tokenizers.WhitespaceSplit(), template),
    "byte-level": byte_level_bpe(None, byte_level, processors.ByteLevel(trim_offsets=True)),
    "RoBERTa with a prefix space": with_added(byte_level_bpe(None, pre_tokenizers.ByteLevel(add_prefix_space=True), roberta)),
    "NFC, byte-level in a sequence": with_added(byte_level_bpe(
        normalizers.NFC(), pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=True)]), roberta)),
}


def variant(name, tokenizer):
    encoded = [tokenizer.encode(line, add_special_tokens=False).ids for line in LINES]
    # The library spells some added tokens otherwise when it decodes: normalized, or as if they were in byte symbols.
    has_added = any(not token.special for token in tokenizer.get_added_tokens_decoder().values())
    pairs = [tokenizer.encode(a, b) for a, b in zip(LINES[-12::2], LINES[-11::2])]
    return {
        "name": name, "tokenizer": json.loads(tokenizer.to_str()), "ids": encoded,
        "decoded": None if has_added else [tokenizer.decode(ids, skip_special_tokens=False) for ids in encoded],
        "pairs": [{"ids": pair.ids, "tokenTypes": pair.type_ids} for pair in pairs],
    }


def corpus_lines(count):
    """Lines that are not blank, of all files in the order of their paths, evenly spaced."""
    paths = sorted(DATA.glob("corpus/*/*.txt"), key=lambda path: path.as_posix())
    lines = [line for path in paths for line in path.read_bytes().decode("utf8").split("\n") if line.strip(" \t\r") != ""]
    return [lines[i * len(lines) // count] for i in range(count)]


def hash_of(rows):
    """SHA-256 of the length and the ids of each row, as little-endian 32-bit integers; the first 16 digits."""
    digest = hashlib.sha256()
    for ids in rows:
        digest.update(struct.pack(f"<{len(ids) + 1}i", len(ids), *ids))
    return digest.hexdigest()[:16]


def published(tokenizer_class, folder, **options):
    fast = tokenizer_class.from_pretrained(DATA / "tokenizers" / folder, **options).backend_tokenizer
    fast.no_truncation()
    fast.no_padding()
    encode = lambda lines: [fast.encode(line, add_special_tokens=False).ids for line in lines]
    rows = encode(corpus_lines(10_000))
    pair = fast.encode("one", "two")
    return {
        "folder": folder, "odd": encode(LINES), "tokens": sum(map(len, rows)), "pair": {"ids": pair.ids, "tokenTypes": pair.type_ids},
        "hashes": [hash_of(rows[i:i + 100]) for i in range(0, len(rows), 100)],
    }


golden = {
    "versions": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__},
    "variants": [variant(name, tokenizer) for name, tokenizer in VARIANTS.items()],
    "published": [
        published(transformers.RobertaTokenizer, "roberta-base"),
        published(transformers.BertTokenizer, "bert-base-uncased"),
        published(transformers.BertTokenizer, "bert-base-cased", do_lower_case=False),
        published(transformers.BertTokenizer, "all-MiniLM-L6-v2"),
    ],
}
(HERE / "tokenizer-golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
