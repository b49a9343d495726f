"""The figures of the daemon, for who watches over many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.web.metrics import Metric

if TYPE_CHECKING:
    from device.app.running import Daemon


def metrics_of(daemon: Daemon) -> dict[str, Metric]:
    """Each by its name; asks the database.

    Raises:
        StoreError: The disk fails.
    """
    return {
        "voxframe_photos_waiting": Metric(
            value=daemon.jobs.waiting(), help="Photos that wait to be described.", kind="gauge"
        ),
        "voxframe_photos_set_aside": Metric(
            value=len(daemon.jobs.listed("failed")),
            help="Photos that were set aside and are still known.",
            kind="gauge",
        ),
        "voxframe_photos_dropped_total": Metric(
            value=daemon.jobs.dropped(), help="Photos dropped because too many waited.", kind="counter"
        ),
        "voxframe_events_dropped_total": Metric(
            value=daemon.outbox.dropped(), help="Events dropped because no broker took them.", kind="counter"
        ),
    }
