"""Every mistake of a configuration file is told at once, and what is printed can be read again."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from device.app.config import ConfigurationError, as_toml, from_values, load
from device.app.settings import Settings
from device.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "voxframe.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_all_mistakes_are_told_at_once_with_key_value_and_what_is_allowed(tmp_path: Path) -> None:
    file = written(tmp_path, '[audio]\nvolume = 150\n[device]\nspeaking = "loudly"\n[capture]\nintervall = 3\n')
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{file} has 3 mistakes:"
    assert lines[1:] == [
        "  audio.volume = 150: allowed is 0 to 100",
        '  device.speaking = "loudly": allowed is narrator or person',
        "  capture.intervall = 3: allowed is a key out of source, folder, interval (did you mean interval?)",
    ]
    assert caught.value.exit_status == 2


def test_an_unknown_section_and_a_key_without_a_section_are_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_values({"vioce": {"name": "x"}, "mqtt": 5}, tmp_path / "x.toml")
    assert [mistake.key for mistake in caught.value.mistakes] == ["[vioce]", "mqtt"]
    assert "did you mean voice?" in str(caught.value)


def test_headphones_are_not_what_the_sound_server_chooses_which_may_be_the_room(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"audio\.headphones.*a sink by its name"):
        from_values({"audio": {"headphones": "pulse:"}}, tmp_path / "x.toml")
    assert from_values({"audio": {"device": "pulse:"}}, tmp_path / "x.toml").audio.device == "pulse:"


@pytest.mark.parametrize("to", ["headphones", "both"])
def test_to_be_heard_by_headphones_that_are_not_named_is_a_mistake(tmp_path: Path, to: str) -> None:
    with pytest.raises(ConfigurationError, match=f'audio.to = "{to}": allowed is auto or room, while'):
        from_values({"audio": {"to": to}}, tmp_path / "x.toml")
    named = from_values({"audio": {"to": to, "headphones": "pulse:phones"}}, tmp_path / "x.toml")
    assert (named.audio.to, named.audio.headphones) == (to, "pulse:phones")


@pytest.mark.parametrize("value", ["all", "a/b", "a+b", "", "x" * 65, 5])
def test_a_device_name_that_would_break_topics_is_a_mistake(tmp_path: Path, value: object) -> None:
    with pytest.raises(ConfigurationError):
        from_values({"device": {"name": value}}, tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("audio", "volume", True), ("audio", "volume", 50.5), ("limits", "megabytes", "30"), ("mqtt", "port", 0)],
)
def test_a_value_of_another_type_is_a_mistake(tmp_path: Path, section: str, key: str, value: object) -> None:
    with pytest.raises(ConfigurationError):
        from_values({section: {key: value}}, tmp_path / "x.toml")


def test_a_relative_path_starts_in_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[capture]\nfolder = "photos"\n'))
    assert settings.capture.folder == tmp_path / "photos"


def test_a_file_that_is_no_toml_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no TOML: .* compare with: voxframe config show --default"):
        load(written(tmp_path, "[audio\n"))


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "missing.toml")


@pytest.mark.parametrize("explained", [True, False])
def test_what_is_printed_reads_back_the_same(tmp_path: Path, *, explained: bool) -> None:
    assert load(written(tmp_path, as_toml(Settings(), explained=explained))) == Settings()


def test_every_key_is_explained() -> None:
    text = as_toml(Settings(), explained=True)
    assert list(tomllib.loads(text)) == [section.name for section in fields(Settings)]
    for section in fields(Settings):
        for each in fields(getattr(Settings(), section.name)):
            assert f"# {each.metadata['key'].purpose}" in text
