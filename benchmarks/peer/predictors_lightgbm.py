"""What our predictors of shapes are compared with: LightGBM with default settings.

    python predictors_lightgbm.py REQUEST.json

The request has features and targets by row, and a list of trainings, each the numbers of the rows to fit to. Prints one line of JSON with predictions, for every
training those for all rows, and the version of lightgbm. One thread.
"""

import json
import sys

import lightgbm
import numpy as np

if len(sys.argv) != 2:
    sys.exit(__doc__.splitlines()[2].strip())
with open(sys.argv[1]) as file:
    request = json.load(file)
features, targets = np.array(request["features"], float), np.array(request["targets"])


def predictions(rows):
    return lightgbm.LGBMRegressor(n_jobs=1, verbose=-1).fit(features[rows], targets[rows]).predict(features).tolist()


print(json.dumps({"predictions": [predictions(rows) for rows in request["trainings"]], "lightgbm": lightgbm.__version__}))
