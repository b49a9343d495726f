"""What is shown over HTTP, to whom, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.core.types import Job, Status
from device.web.guard import Guard, is_loopback
from device.web.metrics import Metric, exposition
from device.web.views import job_view, status_view

HERE = {"Host": "localhost:8099"}


def refused(method: str, headers: dict[str, str], *, token: str | None = None) -> int | None:
    answer = Guard(token).refuses(method, headers)
    return answer.status if answer else None


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8099", "[::1]", "[::1]:8099"])
def test_without_a_token_this_machine_is_served(host: str) -> None:
    assert refused("POST", {"Host": host}) is None


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example", "localhost:8099:80", "::1", "[::2]"])
def test_without_a_token_a_name_that_was_pointed_at_this_machine_is_refused(host: str) -> None:
    assert refused("GET", {"Host": host}) == 403
    assert refused("GET", {}) == 403


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer secre", "Bearer secret2", "Basic secret", "secret", "Bearer \udcff"]
)
def test_with_a_token_who_does_not_know_it_is_refused(given: str) -> None:
    answer = Guard("secret").refuses("GET", {"Host": "frame.local", "Authorization": given})
    assert answer is not None
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "secret" not in repr(answer)


def test_with_a_token_who_knows_it_is_served_under_any_name() -> None:
    for scheme in ("Bearer", "bearer"):
        headers = {"Host": "frame.local", "Authorization": f"{scheme} secret"}
        assert refused("POST", headers, token="secret") is None  # noqa: S106 - of the test alone


def test_a_page_of_another_site_cannot_send_anything() -> None:
    for origin in ("https://evil.example", "null", "http://localhost", "http://localhost:8099.evil.example", ""):
        assert refused("POST", HERE | {"Origin": origin}) == 403
        assert refused("GET", HERE | {"Origin": origin}) is None
    assert refused("POST", HERE | {"Origin": "http://localhost:8099"}) is None


def test_only_addresses_of_this_machine_are_loopback() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.1.2.3", "::1")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "::", "192.168.1.2", "frame.local")))  # noqa: S104 - none is bound


def test_figures_are_in_the_format_of_prometheus() -> None:
    text = exposition(
        {
            "voxframe_photos_waiting": Metric(value=3, help="Photos that wait.", kind="gauge"),
            "voxframe_photos_dropped_total": Metric(value=0.5, help="a\\b\nc", kind="counter"),
        }
    )
    assert text == (
        "# HELP voxframe_photos_waiting Photos that wait.\n"
        "# TYPE voxframe_photos_waiting gauge\n"
        "voxframe_photos_waiting 3\n"
        "# HELP voxframe_photos_dropped_total a\\\\b\\nc\n"
        "# TYPE voxframe_photos_dropped_total counter\n"
        "voxframe_photos_dropped_total 0.5\n"
    )


def test_a_job_is_shown_without_its_path_and_hash() -> None:
    path = Path("/var/lib/voxframe/photos/0123")
    job = Job(id=7, path=path, name="a.jpg", sha256="ab" * 32, state="failed", attempts=2, reason=f"{path} is damaged")
    view = job_view(job)
    assert view == {
        "id": 7,
        "name": "a.jpg",
        "state": "failed",
        "attempts": 2,
        "reason": "a.jpg is damaged",
        "source": "camera",
        "described": None,
    }


def test_the_state_is_that_of_the_bus() -> None:
    status = Status(activity="idle", reason="muted", queue=2, last_narration="Hello.")
    assert status_view(status) == {"activity": "idle", "reason": "muted", "queue": 2, "last_narration": "Hello."}
