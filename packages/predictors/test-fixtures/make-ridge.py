"""Makes ridge.json: ridge regressions whose penalty is chosen by fitting again without each row.

Made with Python 3.11, scikit-learn 1.9.1, numpy 2.4.6:

    python make-ridge.py > ridge.json
"""

import json

import numpy as np
from sklearn.linear_model import Ridge

SHARES = [10 ** (i / 4 - 7) for i in range(33)]


def case(seed, rows, features, noise, rank=None):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, features)) * rng.uniform(0.2, 3, features) + 5
    if rank:
        x = x[:, :rank] @ rng.standard_normal((rank, features))
    y = x @ rng.standard_normal(features) + noise * rng.standard_normal(rows) + 7
    largest = np.linalg.eigvalsh((x - x.mean(0)).T @ (x - x.mean(0)))[-1]
    fit = lambda penalty, keep: Ridge(alpha=penalty, solver="svd").fit(x[keep], y[keep])
    everyone = np.arange(rows)
    error = lambda penalty: np.mean([(y[i] - fit(penalty, everyone != i).predict(x[i : i + 1])[0]) ** 2 for i in everyone])
    errors = [error(share * largest) for share in SHARES]
    best = int(np.argmin(errors))
    model = fit(SHARES[best] * largest, everyone)
    return {
        "features": x.tolist(), "targets": y.tolist(), "penalty": SHARES[best] * largest, "leaveOneOutError": errors[best],
        "intercept": float(model.intercept_), "coefficients": model.coef_.tolist(),
    }


print(json.dumps([case(0, 30, 5, 2.0), case(1, 8, 12, 1.0), case(2, 25, 10, 3.0, rank=3), case(3, 40, 3, 60.0)]))
