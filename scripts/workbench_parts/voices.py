"""Make the small voices of tests/voices: `python -m scripts.workbench_parts.voices FOLDER`.

They are networks of Piper's own training code with random weights, exported as Piper exports its voices. What they say
is noise, but their graphs are built as those of real voices are, in the three ways that the trained voice is not: with
several speakers, in high quality, and with strides that no voice has. The same seed gives the same weights.
"""

from __future__ import annotations

import argparse
import json
import math
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.train.vits.models import DurationPredictor, SynthesizerTrn
from torch import Tensor, nn

from scripts.workbench_parts.designs import DESIGNS, Design
from scripts.workbench_parts.tidy import shorten, without_empty_slices

OPSET = 15
"""As Piper's export has it."""

SYMBOLS = 256
CHANNELS = 16
"""Of the encoder; real voices have 192."""

LATENT = 20
"""Channels of the latent; real voices have 192 here too."""

CONDITIONS = 16
"""Channels of a speaker's embedding."""

FRAMES = 3.5
"""About so many a phoneme, with a length scale of 1."""


def network(design: Design) -> SynthesizerTrn:
    """Piper's network in a small size, with random weights."""
    net = SynthesizerTrn(
        n_vocab=SYMBOLS,
        spec_channels=1,  # of the encoder of sounds, which speaking does without
        segment_size=1,
        inter_channels=LATENT,
        hidden_channels=CHANNELS,
        filter_channels=2 * CHANNELS,
        n_heads=2,
        n_layers=2,
        kernel_size=3,
        p_dropout=0.0,
        resblock=design.block,
        resblock_kernel_sizes=design.block_kernels,
        resblock_dilation_sizes=design.dilations,
        upsample_rates=design.rates,
        upsample_initial_channel=design.width,
        upsample_kernel_sizes=design.kernels,
        n_speakers=design.speakers,
        gin_channels=CONDITIONS if design.speakers > 1 else 0,
        use_sdp=design.random_durations,
    )
    if not design.random_durations:  # its own has 256 channels, half of the file
        net.dp = DurationPredictor(CHANNELS, 2 * CHANNELS, kernel_size=3, p_dropout=0.0)
    net.eval()
    net.dec.remove_weight_norm()
    for coupling in list(net.flow.flows)[::2]:
        coupling.enc.remove_weight_norm()
    _randomise(net, design)
    return net


def _randomise(net: SynthesizerTrn, design: Design) -> None:
    """Weights that keep the size of what goes through them, in the order of their names."""
    rng = np.random.default_rng(design.seed)
    with torch.no_grad():
        for name, weight in sorted(net.named_parameters()):
            size = _size(net, name, weight)
            values = torch.from_numpy(rng.standard_normal(tuple(weight.shape)).astype(np.float32)) * size
            weight.copy_(values + (1 if name.endswith("gamma") else 0))
        last = net.dec.conv_post.weight
        last.copy_((last - last.mean(dim=2, keepdim=True)) * design.loudness)  # no constant in the sound
        net.enc_p.proj.weight[LATENT:] *= 0.3  # the logarithms of the spread, about as a trained voice has them
        net.enc_p.proj.bias[LATENT:] = -0.5
        _set_durations(net, design)


def _size(net: SynthesizerTrn, name: str, weight: Tensor) -> float:
    if weight.dim() == 1 or name.endswith((".m", ".logs", "gamma", "beta")):
        return 0.05
    if "emb" in name:
        return CHANNELS**-0.5 if "emb_g" not in name else 1.0
    if name.startswith("dec.ups"):  # [in, out, kernel]; kernel / stride of its taps meet in one sample
        stride = net.dec.ups[int(name.split(".")[2])].stride[0]
        return math.sqrt(2 * stride / (weight.shape[0] * weight.shape[2]))
    return math.sqrt(1 / weight[0].numel())


def _set_durations(net: SynthesizerTrn, design: Design) -> None:
    """About FRAMES a phoneme: the predictor's output is their logarithm."""
    if design.random_durations:
        # Its last step is (x - m) exp(-logs), with numbers of about unit size as x.
        net.dp.flows[0].m[0] = -math.log(FRAMES) * 2
        net.dp.flows[0].logs[0] = math.log(2)
    else:
        net.dp.proj.weight *= 0.4
        net.dp.proj.bias.fill_(math.log(FRAMES))


class Speaking(nn.Module):
    """The network with the inputs of a Piper voice."""

    def __init__(self, net: SynthesizerTrn) -> None:
        super().__init__()
        self.net = net

    def forward(self, text: Tensor, lengths: Tensor, scales: Tensor, sid: Tensor | None = None) -> Tensor:
        """[1, N] phoneme ids to [1, 1, 1, samples]."""
        sound = self.net.infer(
            text, lengths, sid=sid, noise_scale=scales[0], length_scale=scales[1], noise_scale_w=scales[2]
        )[0]
        return sound.unsqueeze(1)


def export(design: Design, path: Path) -> None:
    """Write the voice, with its settings beside it."""
    given = [torch.randint(0, SYMBOLS, (1, 50)), torch.tensor([50]), torch.tensor([0.667, 1.0, 0.8])]
    names = ["input", "input_lengths", "scales"]
    if design.speakers > 1:
        given.append(torch.tensor([0]))
        names.append("sid")
    with warnings.catch_warnings():
        # Its code asks shapes in Python, and the exporter says of each that it will be constant.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Speaking(network(design)).eval(),
            tuple(given),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=names,
            output_names=["output"],
            dynamic_axes={
                "input": {0: "batch_size", 1: "phonemes"},
                "input_lengths": {0: "batch_size"},
                "output": {0: "batch_size", 2: "time"},
            },
        )
    model = onnx.load(path)
    if design.tidy:
        without_empty_slices(model.graph)
    shorten(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    path.with_suffix(".onnx.json").write_text(json.dumps(settings(design), ensure_ascii=False) + "\n", encoding="utf-8")


def settings(design: Design) -> dict[str, object]:
    """What Piper reads beside a voice."""
    return {
        "audio": {"sample_rate": design.sample_rate},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": SYMBOLS,
        "num_speakers": design.speakers,
        "speaker_id_map": {str(index): index for index in range(design.speakers)} if design.speakers > 1 else {},
        "hop_length": math.prod(design.rates),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the small voices of tests/voices.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for name, design in DESIGNS.items():
        export(design, folder / f"{name}.onnx")
        print(name, (folder / f"{name}.onnx").stat().st_size, "bytes")
