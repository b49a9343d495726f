"""Shared by all tests: where the photos are, and what a run insists on."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-shared", action="store_true", help="fail where the shared photos are absent")


def shared_folder() -> Path:
    """Where the shared photos are, or would be."""
    return Path(os.environ.get("VOXFRAME_SHARED") or ROOT.parent / "shared")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--require-shared") and not shared_folder().is_dir():
        raise pytest.UsageError(f"{shared_folder()} is not there; VOXFRAME_SHARED names another folder")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shared_folder().is_dir():
        return
    absent = pytest.mark.skip(
        reason=f"the shared photos are not at {shared_folder()}; VOXFRAME_SHARED names another folder"
    )
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(absent)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with photos/ and hostile/; a test that uses it is marked `shared`."""
    return shared_folder()


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the state of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOXFRAME_STATE", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test makes of the logs, as by running a command, is undone: the next one reads them."""
    root, device = logging.getLogger(), logging.getLogger("device")
    before = root.handlers[:], root.level, device.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    device.setLevel(before[2])
