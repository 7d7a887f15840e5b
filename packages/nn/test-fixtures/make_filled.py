"""What the scripts that make fixtures share: weights as a formula of their names, and numbers to store."""

import math

import numpy as np
import torch


def filled(name, shape):
    """0.25 sin(p + 0.7 i) for element i, p the sum of the name's character codes, rounded to float32; 1 more for the gain of a LayerNorm."""
    phase = sum(ord(c) for c in name)
    values = 0.25 * np.sin(phase + 0.7 * np.arange(math.prod(shape)))
    if "norm" in name.lower() and name.endswith(".weight"):
        values = values + 1
    return torch.tensor(values.astype(np.float32).astype(np.float64)).reshape(shape)


def numbers(tensor):
    return [float(f"{x:.10g}") for x in tensor.detach().reshape(-1).tolist()]
