"""Makes two-sample.json: what scikit-learn and scipy compute for the inputs in it.

Made with Python 3.11, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6:

    python make-two-sample.py > two-sample.json

Features are those of src/hashed-features.ts, computed here on their own for ASCII texts: one that all examples have, words, and pairs of neighbouring words, hashed
by FNV-1a into 2^14 places; a row has length 1. scores are log-odds of the second class by LogisticRegression (C 1, no intercept) trained on the other examples.
"""

import json
import re

import numpy as np
import scipy
import sklearn
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression

PLACES = 2**14
BASIS = 0x811C9DC5


def absorb(state, text):
    for character in text.encode("ascii"):
        state = ((state ^ character) * 0x01000193) & 0xFFFFFFFF
    return state


def place(state):
    return (state ^ (state >> 14)) % PLACES


def features(example):
    places = {place(BASIS)}
    for part in ["text", "pair"]:
        start = absorb(BASIS, "01"[part == "pair"])
        before = absorb(start, " ")
        for word in re.findall(r"[a-z0-9]+|[^a-z0-9\s]", example.get(part, "").lower()):
            places |= {place(absorb(start, word)), place(absorb(before, word))}
            before = absorb(absorb(start, word), " ")
    row = np.zeros(PLACES)
    row[sorted(places)] = 1 / np.sqrt(len(places))
    return row


def examples(rng, count):
    words = ["the", "cat", "sat", "on", "a", "mat", "Dogs", "bark", ",", "but", "it's", "42", "-", "late", "why", "?"]
    made = []
    for i in range(count):
        second = i % 2 == 1
        weights = np.exp(0.8 * np.cos(np.arange(len(words)) + 0.7 * second))
        draw = lambda: " ".join(rng.choice(words, size=rng.integers(1, 12), p=weights / weights.sum()))
        made.append({"text": draw(), **({"pair": draw()} if i % 3 == 0 else {}), "isSecond": second})
    return made


rng = np.random.default_rng(17)
training, testing = examples(rng, 80), examples(rng, 20) + [{"text": "", "isSecond": False}]
model = LogisticRegression(C=1, fit_intercept=False, tol=1e-10, max_iter=10000)
model.fit([features(x) for x in training], [x["isSecond"] for x in training])
scores = model.decision_function([features(x) for x in testing])

cases = [(0, 0, 0.5), (0, 7, 0.5), (7, 7, 0.5), (4, 7, 0.5), (1, 10, 0.3), (27, 50, 0.5), (29, 50, 0.55), (606, 1018, 0.5), (509, 1018, 0.55), (1018, 1018, 0.5)]
cases += [(25400, 50000, 0.5), (25000, 50000, 0.5), (27000, 50000, 0.55), (1, 5000, 0.001), (20, 5000, 0.001)]
tails = [{"successes": k, "trials": n, "probability": p, "tail": float(binom.sf(k - 1, n, p))} for k, n, p in cases]


def rows(values):
    return "[\n" + ",\n".join("    " + json.dumps(value) for value in values) + "\n  ]"


sections = {"tails": tails, "training": training, "testing": [{**x, "score": float(s)} for x, s in zip(testing, scores)]}
print("{\n" + ",\n".join(f'  "{name}": {rows(values)}' for name, values in sections.items()) + "\n}")
