"""Makes metrics.json: what independent implementations compute for the inputs in it.

Made with Python 3.11, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6:

    python make-metrics.py > metrics.json

Words of answers are compared as the published evaluation of SQuAD and ReCoRD does: lower case, no ASCII punctuation, no articles, single spaces.
A value that is not a number is null.
"""

import json
import math
import re
import string
import warnings
from collections import Counter

import numpy as np
from scipy.stats import pearsonr, rankdata, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

warnings.simplefilter("ignore")
rng = np.random.default_rng(6)


def classes():
    pairs = [
        ([1, 0, 1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 0, 1, 1, 0], 2),
        ([0, 0, 0, 0], [1, 0, 1, 0], 2),  # never the positive class
        ([1, 1, 1, 1], [1, 0, 1, 0], 2),
        ([0, 0, 0], [0, 0, 0], 2),  # no positive class at all
        ([2, 2, 0, 0, 2], [0, 2, 0, 2, 2], 3),  # one class absent from both
        ([0, 1, 0, 0], [0, 2, 2, 0], 3),  # one absent from the predictions, one from the truth
    ]
    pairs += [(rng.integers(0, k, n).tolist(), rng.integers(0, k, n).tolist(), k) for k, n in [(2, 37), (3, 56), (5, 200)]]
    return [
        {
            "predicted": p, "gold": g, "classes": k,
            "f1": [f1_score(np.array(g) == c, np.array(p) == c) for c in range(k)],
            "macroF1": f1_score(g, p, labels=range(k), average="macro"),
            "accuracy": accuracy_score(g, p), "matthews": matthews_corrcoef(g, p),
        }
        for p, g, k in pairs
    ]


def values():
    ties = [5.0, 3.8, 3.8, 0.0, 2.5, 5.0, 3.8, 1.2]
    pairs = [
        ([4.1, 3.9, 3.0, 0.2, 2.2, 4.9, 4.4, 1.0], ties),
        ([2.0, 2.0, 3.0, 3.0, 1.0, 3.0, 2.0, 1.0], ties),
        ([-1.0, -2.0, -3.0], [1.0, 2.0, 3.0]),
        ([1.0, 2.0], [7.0, 7.5]),
        ([1e200, 2e200, 4e200, 3e200], [1e-200, 2e-200, 3e-200, 9e-200]),
        ([100000.1, 100000.2, 100000.4, 100000.3], [1.0, 2.0, 3.0, 4.0]),
        ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]),
    ]
    pairs += [((rng.integers(0, 50, n) / 10).tolist(), (rng.integers(0, 26, n) / 5).tolist()) for n in [40, 500]]
    number = lambda x: None if math.isnan(x) else x
    return [
        {
            "predicted": p, "gold": g, "ranks": rankdata(g).tolist(),
            "pearson": number(float(pearsonr(p, g).statistic)), "spearman": number(float(spearmanr(p, g).statistic)),
        }
        for p, g in pairs
    ]


def words(text):
    lower = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", lower).split()


def word_f1(answer, right):
    a, b = words(answer), words(right)
    same = sum((Counter(a) & Counter(b)).values())
    return 0.0 if same == 0 else 2 * (same / len(a)) * (same / len(b)) / (same / len(a) + same / len(b))


def answers():
    cases = [
        ("The Old Mill", ["old mill"]),
        ("old mill", ["Old", "Old Mill Lane", "the mill"]),
        ("St. Mary's", ["St Marys", "Mary"]),
        ("no no no yes", ["no yes yes", "no"]),
        ("U.S.", ["US", "United States"]),
        ("a", ["the"]),  # nothing is left of either
        ("the", ["Theodore"]),
        ("éa à a naïve An", ["éa à naïve"]),
        ("x a b", ["x b"]),
        ("Anna", ["an", "na"]),
        ("mill old", ["old mill"]),
        ("“Quoted”", ["Quoted"]),
        ("İstanbul", ["istanbul"]),
    ]
    return [
        {
            "answer": a, "right": r, "words": words(a),
            "tokenF1": max(word_f1(a, x) for x in r), "exactMatch": max(int(words(a) == words(x)) for x in r),
        }
        for a, r in cases
    ]


def rows(cases):
    return "[\n" + ",\n".join("    " + json.dumps(case, ensure_ascii=False) for case in cases) + "\n  ]"


print("{\n" + ",\n".join(f'  "{name}": {rows(make())}' for name, make in [("classes", classes), ("values", values), ("answers", answers)]) + "\n}")
