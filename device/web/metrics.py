"""Figures for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

MetricKind: TypeAlias = Literal["counter", "gauge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure.

    Attributes:
        value: Of this moment.
        help: What it counts, in one line.
        kind: A counter only ever grows while the process lives; a gauge goes up and down.
    """

    value: float
    help: str
    kind: MetricKind


def exposition(metrics: Mapping[str, Metric]) -> str:
    """The figures by their names, in the text format of Prometheus."""
    lines = [
        f"# HELP {name} {_one_line(metric.help)}\n# TYPE {name} {metric.kind}\n{name} {metric.value}\n"
        for name, metric in metrics.items()
    ]
    return "".join(lines)


def _one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
