"""What the command promises to whoever calls it: its output, its errors, its exit status."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from device.app.shipped import PHOTOS
from device.playback.stream import LEAD_IN_SECONDS
from tests.command import VOXFRAME, records, voxframe
from tests.locations import voice

PORTRAIT = PHOTOS / "hopper_navy_cap.jpg"
GROUP = PHOTOS / "apollo11_crew.jpg"


def test_a_photo_is_described_in_words() -> None:
    done = voxframe("describe", GROUP)
    assert (done.returncode, done.stderr) == (0, "")
    assert "three" in done.stdout.lower()


def test_json_is_one_object_a_photo_in_the_order_asked_for(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(PORTRAIT.read_bytes()[:5000])
    done = voxframe("describe", "--json", PORTRAIT, broken, GROUP)
    assert done.returncode == 3
    first, second, third = records(done)
    assert first["photo"]["path"] == str(PORTRAIT)
    assert len(first["faces"]) == 1
    assert second == {"photo": {"path": str(broken)}, "error": second["error"]}
    assert second["error"]["code"] == "broken"
    assert len(third["faces"]) == third["people"] == 3
    assert third["audio"] is None
    assert third["timings"]["first_audio_ms"] is None
    assert len(done.stderr.splitlines()) == 1


def test_the_same_photo_gets_the_same_words() -> None:
    first, second = (records(voxframe("describe", "--json", GROUP))[0]["narration"] for _ in range(2))
    assert first == second


def test_people_in_the_photo_speak_for_themselves_and_say_that_it_is_imagined() -> None:
    (record,) = records(voxframe("describe", "--json", "--speaking", "person", PORTRAIT))
    assert {sentence["speaker"] for sentence in record["narration"]} == {0}
    assert "imagine" in record["narration"][0]["text"].lower()


def test_speech_is_written_and_measured(tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    (record,) = records(voxframe("describe", "--json", "--wav", sound, PORTRAIT))
    with wave.open(str(sound)) as file:
        assert file.getframerate() == record["audio"]["sample_rate"]
        assert file.getnframes() / file.getframerate() == pytest.approx(record["audio"]["seconds"], abs=0.001)
    assert record["audio"]["seconds"] > 1
    timings = record["timings"]
    assert all(value is not None for value in timings.values())
    assert timings["decode_ms"] < timings["first_audio_ms"] <= timings["total_ms"]


def test_captions_are_written_for_each_photo_in_the_times_of_its_sound(tmp_path: Path) -> None:
    done = voxframe("describe", "--json", "--wav", tmp_path / "out", "--vtt", tmp_path / "out", PORTRAIT, GROUP)
    assert (done.returncode, done.stderr) == (0, "")
    for record, photo in zip(records(done), (PORTRAIT, GROUP), strict=True):
        shown = captions(tmp_path / "out" / f"{photo.stem}.vtt")
        assert " ".join(text for _, _, text in shown) == " ".join(each["text"] for each in record["narration"])
        assert shown[0][0] == 0
        assert record["audio"]["seconds"] - 0.5 < shown[-1][1] <= record["audio"]["seconds"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "apollo11_crew.vtt",
        "apollo11_crew.wav",
        "hopper_navy_cap.vtt",
        "hopper_navy_cap.wav",
    ]


def test_captions_alone_load_the_voice_and_play_nothing(tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text("")
    environment = {"ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    (record,) = records(voxframe("describe", "--json", "--vtt", tmp_path / "a.vtt", PORTRAIT, environment=environment))
    assert record["audio"]["seconds"] > captions(tmp_path / "a.vtt")[-1][1] - 0.001
    done = voxframe("say", "--vtt", tmp_path / "b.vtt", "Good day.", environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [text for _, _, text in captions(tmp_path / "b.vtt")] == ["Good day."]


def test_captions_name_who_speaks_where_several_do(tmp_path: Path) -> None:
    done = voxframe("describe", "--json", "--speaking", "person", "--vtt", tmp_path / "a.vtt", GROUP)
    (record,) = records(done)
    written = (tmp_path / "a.vtt").read_text(encoding="utf-8")
    assert re.findall("<v (Face [0-9])>", written) == [f"Face {each['speaker'] + 1}" for each in record["narration"]]
    assert "imagined" in written.split("\n\n")[1]


def test_captions_of_a_voice_that_knows_no_words_are_its_sentences(tmp_path: Path) -> None:
    text = "Guten Tag, dies ist ein Satz, der etwas länger ist, als zwei Zeilen von Untertiteln es sein dürfen."
    done = voxframe("say", "--language", "de", "--vtt", tmp_path / "a.vtt", text)
    assert (done.returncode, done.stderr) == (0, "")
    shown = captions(tmp_path / "a.vtt")
    assert len(shown) == 2
    assert " ".join(text for _, _, text in shown) == text


@pytest.mark.parametrize("command", [("say", "Hello."), ("describe", PORTRAIT)])
def test_captions_that_cannot_be_written_are_one_line(tmp_path: Path, command: tuple[str | Path, ...]) -> None:
    (tmp_path / "folder.vtt" / "speech.vtt").mkdir(parents=True)
    (tmp_path / "folder.vtt" / f"{PORTRAIT.stem}.vtt").mkdir()
    for target, what in (("missing/a.vtt", "there is no folder"), ("folder.vtt", "cannot be written")):
        done = voxframe(*command, "--vtt", tmp_path / target)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert what in done.stderr


def captions(file: Path) -> list[tuple[float, float, str]]:
    """Start, end and text of each cue."""
    shown = []
    for block in file.read_text(encoding="utf-8").rstrip("\n").split("\n\n")[2:]:
        timing, _, payload = block.partition("\n")
        begin, end = (
            sum(float(part) * 60**at for at, part in enumerate(reversed(each.split(":"))))
            for each in timing.split(" --> ")
        )
        shown.append((begin, end, re.sub("<[^>]*>", "", payload).replace("\n", " ")))
    return shown


def test_several_photos_leave_one_sound_and_one_picture_each(tmp_path: Path) -> None:
    done = voxframe("describe", "--wav", f"{tmp_path}/wav/", "--annotate", tmp_path / "boxes", PORTRAIT, GROUP)
    assert done.returncode == 0
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert names == [
        "boxes/apollo11_crew.png",
        "boxes/hopper_navy_cap.png",
        "wav/apollo11_crew.wav",
        "wav/hopper_navy_cap.wav",
    ]


def test_one_place_for_two_files_is_bad_usage(tmp_path: Path) -> None:
    one = tmp_path / "a.mp4"
    done = voxframe("describe", "--wav", one, "--film", one, PORTRAIT)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_one_sound_file_for_several_photos_is_bad_usage(tmp_path: Path) -> None:
    done = voxframe("describe", "--wav", tmp_path / "a.wav", PORTRAIT, GROUP)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_missing_photo_ends_with_3_and_one_line() -> None:
    done = voxframe("describe", "missing.jpg")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("voxframe: missing.jpg")
    assert done.stderr.count("\n") == 1


def test_a_name_with_a_line_break_poses_as_no_line_of_its_own(tmp_path: Path) -> None:
    photo = tmp_path / "a\nother.jpg: I see a thief.jpg"
    shutil.copy(PORTRAIT, photo)
    done = voxframe("describe", photo)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    for command in ("describe", "explain"):
        done = voxframe(command, tmp_path / "a\nvoxframe: all is well.jpg")
        assert (done.returncode, done.stderr.count("\n")) == (3, 1)


def test_a_missing_model_ends_with_4_and_names_the_command_that_fetches_it(tmp_path: Path) -> None:
    done = voxframe("describe", PORTRAIT, environment={"VOXFRAME_MODELS": str(tmp_path)})
    assert done.returncode == 4
    assert "voxframe models fetch" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_configuration_with_three_mistakes_prints_all_three_and_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "voxframe.toml"
    file.write_text('[audio]\nvolume = 500\n[mqtt]\nport = "mqtt"\n[store]\nretention = "forever"\n')
    for command in (["describe", PORTRAIT], ["run", "--emulate"], ["config", "check"], ["models", "list"]):
        done = voxframe(*command, "--config", file)
        assert done.returncode == 2, command
        for told in (
            "audio.volume = 500: allowed is 0 to 100",
            'mqtt.port = "mqtt": allowed is 1 to 65535',
            'store.retention = "forever": allowed is delete or keep',
        ):
            assert told in done.stderr


NAMES = [
    "-leading-dash.jpg",
    "--double-dash.jpg",
    "with space.jpg",
    "quote'\".jpg",
    "$(touch pwned);`id`|&*?.jpg",
    "new\nline.jpg",
    "größe-日本-🙂.jpg",
    "\x1b[31mred.jpg",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    shutil.copy(PORTRAIT, tmp_path / name)
    done = voxframe("describe", "--json", name, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (record,) = records(done)
    assert len(record["faces"]) == 1
    assert record["photo"]["path"].removeprefix("./") == name
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_name_that_is_no_text_is_answered(tmp_path: Path) -> None:
    name = b"caf\xe9.jpg"
    (tmp_path / name.decode("utf-8", "surrogateescape")).write_bytes(b"no photo")
    done = voxframe("describe", "--json", name, folder=tmp_path)
    assert done.returncode == 3
    assert records(done)[0]["error"]["code"] == "unsupported"
    assert done.stderr.count("\n") == 1


@pytest.mark.shared
@pytest.mark.slow
def test_every_hostile_file_is_answered_in_one_call_and_the_others_go_on(shared: Path) -> None:
    with (shared / "hostile" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        expected = {row["file"]: row["expected"] for row in csv.DictReader(file)}
    done = voxframe("describe", "--json", *expected, folder=shared / "hostile")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    answers = {record["photo"]["path"]: "reject" if "error" in record else "accept" for record in records(done)}
    assert list(answers) == list(expected)
    assert {name: answers[name] for name in expected if expected[name] not in ("either", answers[name])} == {}
    assert len(done.stderr.splitlines()) == list(answers.values()).count("reject")


def test_what_is_spoken_aloud_and_what_is_written_are_the_same_samples(tmp_path: Path) -> None:
    if not shutil.which("aplay"):
        pytest.skip("aplay is not installed: apt-get install alsa-utils")
    heard, written = tmp_path / "heard.raw", tmp_path / "written.wav"
    (tmp_path / "asound.conf").write_text(
        f'pcm.!default {{ type file slave.pcm {{ type null }} file "{heard}" format "raw" }}\n'
    )
    environment = {"ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    done = voxframe("describe", "--json", "--say", "--wav", written, PORTRAIT, environment=environment)
    assert done.returncode == 0, done.stderr
    with wave.open(str(written)) as file:
        samples = file.readframes(file.getnframes())
    lead_in = round(LEAD_IN_SECONDS * 22050) * 2
    assert heard.read_bytes()[lead_in : lead_in + len(samples)] == samples
    assert records(done)[0]["timings"]["first_audio_ms"] > LEAD_IN_SECONDS * 1000


def test_a_loudspeaker_that_is_not_there_ends_with_4_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text("")
    environment = {"ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    done = voxframe("say", "Hello.", environment=environment)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "the sound device default does not play" in done.stderr


def test_a_voice_may_be_named_by_its_path(tmp_path: Path) -> None:
    files = voice()
    (tmp_path / "mine.onnx").symlink_to(files.model)
    (tmp_path / "mine.onnx.json").symlink_to(files.config)
    config = tmp_path / "voxframe.toml"
    config.write_text(f'[voice]\nname = "{tmp_path}/mine.onnx"\n')
    done = voxframe("say", "--json", "--wav", tmp_path / "a.wav", "Hello.", "--config", config)
    assert records(done)[0]["audio"]["voice"] == "mine"


def test_a_closed_standard_output_does_no_harm() -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "{VOXFRAME}" describe "{PORTRAIT}" >&-'], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", [("describe", PORTRAIT), ("config", "show", "--default")])
def test_no_room_for_the_output_ends_with_2_and_one_line(command: tuple[str | Path, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([VOXFRAME, *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "voxframe: nothing more can be written (No space left on device); make room\n"


def test_a_closed_standard_error_does_no_harm(tmp_path: Path) -> None:
    shell = f'exec "$0" describe --json missing.jpg "{PORTRAIT}" 2>&-'
    done = subprocess.run(["sh", "-c", shell, VOXFRAME], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 3
    assert [len(record.get("faces", [])) for record in records(done)] == [0, 1]


def test_a_reader_that_goes_away_is_no_trouble(tmp_path: Path) -> None:
    shell = f'"$0" describe "{PORTRAIT}" "{GROUP}" | true'
    done = subprocess.run(["sh", "-c", shell, VOXFRAME], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stderr == ""


def test_say_speaks_into_a_file(tmp_path: Path) -> None:
    done = voxframe("say", "--json", "--wav", tmp_path / "a.wav", "Hello from the picture.")
    (record,) = records(done)
    assert record["narration"][0]["text"] == "Hello from the picture."
    assert record["audio"]["seconds"] > 0.5


def test_say_speaks_in_the_sound_of_another_time(tmp_path: Path) -> None:
    for name, more in (("plain", ()), ("old", ("--period", "gramophone")), ("again", ("--period", "gramophone"))):
        assert voxframe("say", *more, "--wav", tmp_path / f"{name}.wav", "Good morning.").returncode == 0
    plain, old, again = ((tmp_path / f"{name}.wav").read_bytes() for name in ("plain", "old", "again"))
    assert len(plain) == len(old)
    assert plain != old
    assert old == again
    assert voxframe("say", "--period", "cassette", "Good morning.").returncode == 2


@pytest.mark.parametrize("text", ["", "...", "\u200b"])
def test_say_without_a_word_is_bad_usage(tmp_path: Path, text: str) -> None:
    done = voxframe("say", "--wav", tmp_path / "a.wav", text)
    assert done.returncode == 2
    assert "no word" in done.stderr


def test_help_needs_no_model_and_names_every_command(tmp_path: Path) -> None:
    done = voxframe("--help", environment={"VOXFRAME_MODELS": str(tmp_path)})
    assert done.returncode == 0
    for command in ("describe", "say", "run", "models", "config"):
        assert command in done.stdout


def test_doctor_times_every_engine_and_leaves_what_was_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    environment = {"VOXFRAME_STATE": str(state)}
    assert voxframe("say", "Hello.", "--wav", tmp_path / "a.wav", environment=environment).returncode == 0
    kept = sorted(path.name for path in (state / "phrases").iterdir())
    told = voxframe("doctor", environment=environment)
    assert (told.returncode, told.stderr) == (0, "")
    work = {line.split()[-2]: float(line.split()[-1]) for line in told.stdout.splitlines() if line.startswith("      ")}
    assert list(work) == ["piper", "hibari", "pico", "espeak"]
    assert all(seconds > 0 for seconds in work.values())
    assert "advice" in told.stdout
    assert kept
    assert sorted(path.name for path in (state / "phrases").iterdir()) == kept
