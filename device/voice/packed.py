"""A JSON object of very many small values, kept as its bytes and read where it is asked: a tenth of a dict's memory."""

from __future__ import annotations

import json
import re
from array import array
from typing import Any

import numpy as np

_ENTRY = re.compile(rb'"((?:[^"\\]|\\.)*)":("(?:[^"\\]|\\.)*"|\{[^{}]*\})')
"""A key, and a string or an object without objects in it."""


class PackedObject:
    """What is asked of a dict of strings, or of dicts of plain values, as hibari's dictionaries are.

    Args:
        raw: The object in JSON, without blanks between its parts.
    """

    def __init__(self, raw: bytes) -> None:
        hashes, firsts, ends = array("q"), array("I"), array("I")
        for entry in _ENTRY.finditer(raw):
            hashes.append(hash(entry[1]))
            firsts.append(entry.start())
            ends.append(entry.end())
        order = np.argsort(np.frombuffer(hashes, np.int64))
        self._raw = raw
        self._hashes = np.frombuffer(hashes, np.int64)[order]
        self._firsts = np.frombuffer(firsts, np.uint32)[order]
        self._ends = np.frombuffer(ends, np.uint32)[order]

    def __len__(self) -> int:
        return len(self._hashes)

    def get(self, key: str) -> Any:  # noqa: ANN401 - what JSON holds
        """The value, or None."""
        written = json.dumps(key, ensure_ascii=False).encode(errors="replace")
        wanted = hash(written[1:-1])
        at = int(np.searchsorted(self._hashes, wanted))
        while at < len(self) and self._hashes[at] == wanted:
            first = int(self._firsts[at])
            if self._raw.startswith(written + b":", first):
                return json.loads(self._raw[first + len(written) + 1 : int(self._ends[at])])
            at += 1
        return None
