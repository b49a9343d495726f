"""What was measured with photos, kept as data, so that the int8 file is made again without any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.recipe.tflite import Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KINDS = ("scale", "quantity", "bias")


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The scales of equalisation, the int8 scale and zero point of each tensor, and what is added to biases."""

    scales: Mapping[str, np.ndarray]
    quantities: Mapping[str, Quantity]
    biases: Mapping[str, np.ndarray]

    def save(self, file: Path) -> None:
        """Write it as NumPy's zip of arrays."""
        arrays = {f"scale|{name}": values for name, values in self.scales.items()}
        arrays |= {f"quantity|{name}": np.array(quantity) for name, quantity in self.quantities.items()}
        arrays |= {f"bias|{name}": values for name, values in self.biases.items()}
        np.savez_compressed(file, **arrays)


def load(file: Path) -> Calibration:
    """Read what `save` wrote."""
    parts: dict[str, dict[str, np.ndarray]] = {kind: {} for kind in _KINDS}
    with np.load(file) as arrays:
        for key in arrays.files:
            kind, name = key.split("|")
            parts[kind][name] = arrays[key]
    quantities = {name: Quantity(float(scale), int(zero)) for name, (scale, zero) in parts["quantity"].items()}
    return Calibration(scales=parts["scale"], quantities=quantities, biases=parts["bias"])
