"""Record the regrets with the default voice, for a device whose voice is missing: device/playback/recorded.

The samples are as they left the voice, levelled, but for their rate; each file says that it is synthetic (ADR 27). Made
again they are the same, for the same text always sounds the same on one kind of processor.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import soxr

from device.app.settings import Settings, VoiceSettings
from device.app.wiring import Wiring
from device.core.errors import UsageError
from device.core.types import Regret, SpeechChunk
from device.pipeline.regrets import message_of
from device.playback.recording import RATE, folder
from device.playback.wav import WavPlayer
from device.text.texts import Texts, languages


def main() -> None:
    """Record them, and print what was."""
    # No phrase from before, and no engine but the default voice's.
    wiring = Wiring(Settings(voice=VoiceSettings(engine="piper", cache_megabytes=0)))
    for language in languages():
        try:
            voice = wiring.synthesiser(language)
        except UsageError as error:
            print(f"{language}: {error}")
            continue
        texts, place = Texts(language), Path(str(folder())) / language
        place.mkdir(parents=True, exist_ok=True)
        for regret in get_args(Regret):
            name = message_of(regret)
            said = texts.narrated(name)
            pcm = np.concatenate([chunk.pcm for chunk in voice.synthesise([said])])
            pcm = soxr.resample(pcm, voice.sample_rate, RATE, quality="VHQ")
            file = place / f"{name}.wav"
            WavPlayer(file).play([SpeechChunk(pcm=pcm, sample_rate=RATE, utterance=0)])
            print(f"{file.relative_to(Path.cwd())}: {file.stat().st_size} bytes, {len(pcm) / RATE:.1f} s, {said.text}")


if __name__ == "__main__":
    main()
