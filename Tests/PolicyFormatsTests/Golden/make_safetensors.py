"""Writes reference.safetensors with the format's own Python library (pip install safetensors numpy).

The numbers follow from formulas that SafetensorsTests.swift repeats.
"""

import os

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "trunk.0.weight": (np.arange(12, dtype=np.float32).reshape(3, 4) - 5.5) / 3,
    "trunk.0.bias": np.array([0.0, -0.0, 1e-40], dtype=np.float32),
    "half": np.array([1.0, -2.5, 65504.0, 6e-8, np.inf], dtype=np.float16),
    "double": np.array([[0.1, -1e300]], dtype=np.float64),
    "count": np.array(7, dtype=np.int64),
    "empty": np.zeros((0, 5), dtype=np.float32),
    "mask": np.array([True, False]),
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.safetensors")
save_file(tensors, path, metadata={"größe": "Ω \"quoted\"\n", "step": "12"})
