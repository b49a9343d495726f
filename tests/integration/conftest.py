"""What several of these tests need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sound_server import SoundServer, sound_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    """A sound server with a room and headphones, which is found by whatever plays in this process."""
    made = sound_server(tmp_path_factory.mktemp("server"))
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    made.start()
    yield made
    made.stop()
