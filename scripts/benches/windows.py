"""Piper in windows: the way to stream a VITS voice that needs no state, and that computes the edges of windows twice.

The encoder runs once, as it was exported. The flow then runs on some frames and the 32 on either side of them, the
decoder on some and the 10 on either side: so far a frame has influence, so the sound is that of the whole sentence.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import numpy as np
import onnx

from device.voice import runtime
from device.voice.surgery.anatomy import anatomy_of
from device.voice.surgery.graph import Graph, UnfitError, floats, needed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from piper import PiperVoice

    from device.core.types import Pcm
    from device.voice.parts import Floats

FLOW_FRAMES = 32
DECODER_FRAMES = 10
CHUNKS = (8, 16, 32, 64, 128, 256)
"""Frames of each chunk, the last again and again: the earliest beginning without a gap on this kind of machine."""


class WindowedVoice:
    """A Piper voice with one speaker, cut into encoder, flow and decoder.

    Raises:
        UnfitError: It is built in another way.
    """

    def __init__(self, voice: PiperVoice, model: Path, *, folder: Path) -> None:
        self._voice = voice
        graph = Graph.load(model)
        anatomy = anatomy_of(graph)
        mask, middle = _mask(graph, anatomy.latent), _between_flow_and_decoder(graph)
        latent = floats(anatomy.latent, 1, anatomy.channels, "frames")
        masks = floats(mask, 1, 1, "frames")
        flowed = floats(middle, 1, anatomy.channels, "frames")
        parts = {
            "encoder": graph.part([], [latent, masks]),
            "flow": graph.part([latent, masks], [flowed]),
            "decoder": graph.part([flowed], [graph.model.graph.output[0]]),
        }
        for name, part in parts.items():
            onnx.save(part, folder / f"{name}.onnx")
        self._encoder, self._flow, self._decoder = (runtime.session(folder / f"{name}.onnx") for name in parts)
        self._names = (anatomy.latent, mask, middle)

    def say(self, text: str) -> Iterator[Pcm]:
        """The sentence in growing chunks."""
        settings = self._voice.config
        scales = np.array([settings.noise_scale, settings.length_scale, settings.noise_w_scale], np.float32)
        for phonemes in self._voice.phonemize(text):
            ids = self._voice.phonemes_to_ids(phonemes)
            given = {"input": np.array([ids]), "input_lengths": np.array([len(ids)]), "scales": scales}
            latent, mask = self._encoder.run(None, given)
            for sound in self.stream(latent, mask):
                yield (np.clip(sound, -1, 1) * 32767).astype(np.int16)

    def stream(self, latent: Floats, mask: Floats) -> Iterator[Floats]:
        """Sound of frames [1, C, T], in growing chunks."""
        all_frames = latent.shape[2]
        flowed = latent[:, :, :0]
        done = 0
        for frames in chain(CHUNKS, repeat(CHUNKS[-1])):
            end = min(done + frames, all_frames)
            wanted = min(end + DECODER_FRAMES, all_frames)
            if wanted > flowed.shape[2]:
                flowed = np.concatenate([flowed, self._flow_of(latent, mask, flowed.shape[2], wanted)], axis=2)
            start = max(done - DECODER_FRAMES, 0)
            sound = self._decoder.run(None, {self._names[2]: flowed[:, :, start:wanted]})[0].reshape(-1)
            hop = len(sound) // (wanted - start)
            yield sound[(done - start) * hop : (end - start) * hop]
            if end == all_frames:
                return
            done = end

    def _flow_of(self, latent: Floats, mask: Floats, start: int, end: int) -> Floats:
        first, last = max(start - FLOW_FRAMES, 0), end + FLOW_FRAMES
        given = dict(zip(self._names, (latent[:, :, first:last], mask[:, :, first:last]), strict=False))
        made: Floats = self._flow.run(None, given)[0]
        return made[:, :, start - first : end - first]


def _mask(graph: Graph, latent: str) -> str:
    """What flow and decoder take besides the latent: of a voice with one speaker only the mask of its frames."""
    before = {name for node in needed(graph.nodes, [latent]) for name in node.output}
    behind = needed(graph.nodes, [graph.result], before)
    taken = {name for node in behind for name in node.input if name in before} - {latent} - set(graph.constants)
    if len(taken) != 1:
        raise UnfitError(f"flow and decoder take {len(taken)} tensors besides the latent; one is known, a mask")
    return str(taken.pop())


def _between_flow_and_decoder(graph: Graph) -> str:
    """What the convolution in front of the first one that makes frames longer takes."""
    longer = next((node for node in graph.nodes if node.op_type == "ConvTranspose"), None)
    if longer is None:
        raise UnfitError("nothing makes the frames longer")
    name: str = graph.behind(longer.input[0], "Conv").input[0]
    return name
