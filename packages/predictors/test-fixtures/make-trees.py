"""Makes trees.json: what scikit-learn's GradientBoostingRegressor says.

Made with Python 3.11, scikit-learn 1.9.1, numpy 2.4.6:

    python make-trees.py > trees.json

Only settings where both have the same rules: all rows for every tree, no penalty on leaves. Features are exact in 32 bits, which scikit-learn keeps them in. It draws the
order of features at every node, so that it takes any of several equal splits; only models that do not depend on that order are written.
"""
import json

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor


def boosted(x, y, depth, trees, rate, leaf, order):
    return GradientBoostingRegressor(n_estimators=trees, max_depth=depth, learning_rate=rate, min_samples_leaf=leaf, random_state=order).fit(x, y)


def case(seed, rows, features, levels, depth, trees, rate, leaf):
    rng = np.random.default_rng(seed)
    draw = lambda n: rng.integers(0, levels, (n, features)) / 64
    x, fresh = draw(rows), draw(40)
    f = lambda x: np.sin(3 * x[:, 0] * 64 / levels) + x[:, 1] * x[:, -1] + 0.1 * x.sum(1)
    y = f(x) + 0.1 * rng.standard_normal(rows)
    models = [boosted(x, y, depth, trees, rate, leaf, order) for order in range(6)]
    assert all(np.allclose(models[0].predict(fresh), model.predict(fresh), atol=1e-12) for model in models), f"case {seed} depends on the order of features"
    # scikit-learn takes the mean of the trees' normalised importances: the sum of gains is what we compare with.
    gains = np.zeros(features)
    for (tree,) in models[0].estimators_:
        t = tree.tree_
        for node in range(t.node_count):
            left, right = t.children_left[node], t.children_right[node]
            if left != -1:
                n, l, r = t.weighted_n_node_samples[[node, left, right]]
                gains[t.feature[node]] += n * t.impurity[node] - l * t.impurity[left] - r * t.impurity[right]
    return {
        "rows": x.tolist(), "targets": y.tolist(), "options": {"trees": trees, "maxDepth": depth, "learningRate": rate, "minLeafRows": leaf, "subsample": 1, "l2": 0},
        "fresh": fresh.tolist(), "predictions": models[0].predict(fresh).tolist(), "importance": (gains / gains.sum()).tolist(),
    }


cases = [
    case(0, 120, 4, 4096, 3, 30, 0.1, 5), case(1, 150, 6, 7, 4, 40, 0.2, 8), case(2, 60, 3, 64, 1, 50, 0.5, 1), case(3, 200, 5, 4096, 5, 20, 0.3, 10),
]
print(json.dumps(cases))
