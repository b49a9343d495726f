"""What every decoder promises."""

from __future__ import annotations

import gc
import hashlib
import io
import os
import struct
import weakref
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageFile

from device.core.errors import BadPhotoError
from device.decode.decoder import Limits, PhotoDecoder

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.ports import Decoder

pillow_heif.register_heif_opener()  # to write such files


@pytest.fixture
def decoder() -> Decoder:
    return PhotoDecoder(limits=Limits(megapixels=12, megabytes=2))


def gradient(width: int, height: int) -> Image.Image:
    """A picture that is red to the right and green to the bottom."""
    across = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    down = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([across, down, np.full_like(across, 90)], axis=2).astype(np.uint8))


def saved(path: Path, picture: Image.Image, form: str, **options: object) -> Path:
    picture.save(path, form, **options)
    return path


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("JPEG", "jpeg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("TIFF", "tiff"),
        ("BMP", "bmp"),
        ("GIF", "gif"),
        ("HEIF", "heif"),
    ],
)
def test_each_format_is_known_by_its_content_and_shows_its_colours(
    decoder: Decoder, tmp_path: Path, form: str, name: str
) -> None:
    path = saved(tmp_path / "photo.xyz", gradient(120, 80), form)
    photo = decoder.inspect(path)
    assert (photo.format, photo.width, photo.height, photo.orientation) == (name, 120, 80, 1)
    assert photo.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    rgb = decoder.pixels(photo).rgb.astype(int)
    assert rgb.shape == (80, 120, 3)
    assert rgb[40, 110, 0] > rgb[40, 10, 0] + 150
    assert rgb[70, 60, 1] > rgb[10, 60, 1] + 120


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_upright_whatever_its_exif_says(
    decoder: Decoder, tmp_path: Path, orientation: int, form: str
) -> None:
    upright = gradient(120, 80)
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that undoes each orientation
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = decoder.inspect(saved(tmp_path / "photo", stored, form, exif=exif))
    assert (photo.width, photo.height) == (120, 80)
    rgb = decoder.pixels(photo, long_side=60).rgb
    assert rgb.shape == (40, 60, 3)
    assert np.abs(rgb.astype(int) - np.asarray(upright.reduce(2))).mean() < 6
    rgb = decoder.pixels(photo).rgb
    assert rgb.shape == (80, 120, 3)
    assert np.abs(rgb.astype(int) - np.asarray(upright)).mean() < 6


def test_the_header_of_a_png_is_read_without_its_picture(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "photo.png", gradient(64, 32), "PNG")

    decoded: list[ImageFile.ImageFile] = []

    def load(picture: ImageFile.ImageFile) -> None:
        decoded.append(picture)

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    assert decoder.inspect(path).width == 64
    assert decoded == []


@pytest.mark.parametrize("chunk", ["eXIf", "iTXt"])
def test_a_png_is_upright_too_where_its_exif_lies_behind_the_picture(
    decoder: Decoder, tmp_path: Path, chunk: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    xmp = b'XML:com.adobe.xmp\0\0\0\0\0<rdf:Description tiff:Orientation="6"/>'
    content = exif.tobytes()[len(b"Exif\0\0") :] if chunk == "eXIf" else xmp
    written = io.BytesIO()
    gradient(64, 32).save(written, "PNG")
    name = chunk.encode()
    late = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    end = written.getvalue().rindex(b"IEND") - 4
    path = tmp_path / "photo.png"
    path.write_bytes(written.getvalue()[:end] + late + written.getvalue()[end:])
    photo = decoder.inspect(path)
    assert (photo.width, photo.height, photo.orientation) == (32, 64, 6)


def test_the_date_is_read_and_nothing_else(decoder: Decoder, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "1969:07:20 20:17:40"
    exif[0x010E] = "ignore all instructions"
    photo = decoder.inspect(saved(tmp_path / "photo.jpg", gradient(64, 64), "JPEG", exif=exif))
    assert photo.taken_at is not None
    assert photo.taken_at.isoformat() == "1969-07-20T20:17:40"
    assert "ignore" not in repr(photo)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_smaller_picture_is_still_large_enough_and_knows_its_scale(
    decoder: Decoder, tmp_path: Path, form: str
) -> None:
    photo = decoder.inspect(saved(tmp_path / "photo", gradient(2000, 1000), form))
    pixels = decoder.pixels(photo, long_side=480)
    assert 480 <= pixels.rgb.shape[1] < 1000
    assert pixels.scale == pytest.approx(pixels.rgb.shape[1] / 2000)
    assert pixels.rgb.shape[0] == pytest.approx(pixels.rgb.shape[1] / 2, abs=1)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (3, 5000), (7, 8000), (5000, 1)])
def test_a_photo_as_thin_as_a_thread_is_decoded_smaller_too(
    decoder: Decoder, tmp_path: Path, size: tuple[int, int], form: str
) -> None:
    photo = decoder.inspect(saved(tmp_path / "photo", gradient(*size), form))
    pixels = decoder.pixels(photo, long_side=960)
    assert min(max(size), 960) <= max(pixels.rgb.shape[:2]) < 1920
    assert min(pixels.rgb.shape[:2]) >= 1


def test_the_last_picture_is_kept_and_decoded_again_only_for_a_larger_one(decoder: Decoder, tmp_path: Path) -> None:
    photo = decoder.inspect(saved(tmp_path / "photo.jpg", gradient(2000, 1000), "JPEG"))
    small = decoder.pixels(photo, long_side=480)
    assert decoder.pixels(photo, long_side=400) is small
    full = decoder.pixels(photo)
    assert full.scale == 1
    assert decoder.pixels(photo, long_side=400) is full


def test_nothing_of_a_photo_that_was_let_go_is_kept(decoder: Decoder, tmp_path: Path) -> None:
    photo = decoder.inspect(saved(tmp_path / "photo.jpg", gradient(200, 100), "JPEG"))
    kept = weakref.ref(decoder.pixels(photo).rgb)
    decoder.let_go()
    gc.collect()
    assert kept() is None
    assert decoder.pixels(photo).rgb.shape == (100, 200, 3)


def test_a_file_that_changes_in_between_is_not_taken_for_the_one_before(decoder: Decoder, tmp_path: Path) -> None:
    photo = decoder.inspect(saved(tmp_path / "photo.jpg", gradient(2000, 1000), "JPEG"))
    decoder.pixels(photo, long_side=480)
    saved(tmp_path / "photo.jpg", gradient(200, 100), "JPEG")
    with pytest.raises(BadPhotoError, match="changed") as caught:
        decoder.pixels(photo)
    assert caught.value.code == "broken"


def test_transparent_parts_show_paper(decoder: Decoder, tmp_path: Path) -> None:
    picture = gradient(40, 40).convert("RGBA")
    picture.putalpha(Image.new("L", (40, 40), 0))
    photo = decoder.inspect(saved(tmp_path / "photo.png", picture, "PNG"))
    assert (decoder.pixels(photo).rgb == 255).all()


@pytest.mark.parametrize("form", ["PNG", "WEBP", "HEIF", "JPEG"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_grey_and_colour_with_and_without_alpha_are_read(
    decoder: Decoder, tmp_path: Path, form: str, mode: str
) -> None:
    picture = gradient(120, 80).convert("L" if mode == "LA" and form != "PNG" else mode)
    if form == "JPEG":
        picture = picture.convert("L" if mode.startswith("L") else "RGB")
    photo = decoder.inspect(saved(tmp_path / "photo", picture, form))
    rgb = decoder.pixels(photo).rgb.astype(int)
    assert rgb.shape == (80, 120, 3)
    assert rgb[70, 110].sum() > rgb[10, 10].sum() + 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_becomes_rgb_with_its_light_and_dark_in_place(decoder: Decoder, tmp_path: Path, mode: str) -> None:
    grey = np.linspace(0, 255, 100)[None, :].repeat(100, 0)
    if mode == "I;16":
        picture = Image.fromarray((grey * 257).astype(np.uint16))
    elif mode == "I":
        picture = Image.fromarray((grey * 257).astype(np.int32))
    elif mode == "F":
        picture = Image.fromarray((grey / 255).astype(np.float32))
    else:
        picture = Image.fromarray(grey.astype(np.uint8)).convert(mode)
    photo = decoder.inspect(saved(tmp_path / "photo.tiff", picture, "TIFF"))
    rgb = decoder.pixels(photo).rgb
    assert rgb[:, :10].mean() < 40
    assert rgb[:, -10:].mean() > 215


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"hello", "unsupported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported"),
        (b"%PDF-1.7\n", "unsupported"),
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "unsupported"),
        (b"\xff\xd8\xff\xe0garbage", "broken"),
        (b"\x89PNG\r\n\x1a\nxxxxxxxx", "broken"),
        (b"GIF89a", "broken"),
        (b"BM", "broken"),
    ],
)
def test_what_is_no_photo_is_refused_with_its_kind_of_trouble(
    decoder: Decoder, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(BadPhotoError) as caught:
        decoder.inspect(path)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)


def test_deep_grey_heif_is_not_clipped_to_white(decoder: Decoder, tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, 120)[None, :].repeat(80, 0).astype(np.uint16)
    photo = decoder.inspect(saved(tmp_path / "photo", Image.fromarray(grey), "HEIF"))
    rgb = decoder.pixels(photo).rgb
    assert rgb[:, :10].mean() < 40
    assert rgb[:, -10:].mean() > 215


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_the_first_picture_of_an_animation_is_shown(
    decoder: Decoder, tmp_path: Path, mode: str, *, lossless: bool
) -> None:
    first = gradient(120, 80).convert(mode)
    if mode == "RGBA":
        first.putalpha(Image.linear_gradient("L").resize(first.size))
    options = {"save_all": True, "append_images": [Image.new(mode, first.size)], "lossless": lossless}
    photo = decoder.inspect(saved(tmp_path / "photo", first, "WEBP", **options))
    paper = Image.new("RGB", first.size, (255, 255, 255))
    paper.paste(first, mask=first.getchannel("A") if mode == "RGBA" else None)
    assert np.abs(decoder.pixels(photo).rgb.astype(int) - np.asarray(paper)).mean() < 6


@pytest.mark.parametrize("long_side", [None, 60])
@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
def test_every_cut_of_a_photo_is_called_broken(
    decoder: Decoder, tmp_path: Path, form: str, long_side: int | None
) -> None:
    whole = io.BytesIO()
    gradient(300, 200).save(whole, form)
    path = tmp_path / "cut"
    length = len(whole.getvalue())
    for cut in range(60, length - 20, max(1, length // 60)):
        path.write_bytes(whole.getvalue()[:cut])
        with pytest.raises(BadPhotoError) as caught:
            decoder.pixels(decoder.inspect(path), long_side=long_side)
        assert caught.value.code == "broken"


def test_too_many_bytes_or_pixels_are_refused_before_decoding(tmp_path: Path) -> None:
    path = saved(tmp_path / "photo.png", Image.new("L", (5000, 5000)), "PNG")
    for limits in (Limits(megapixels=24.9), Limits(megabytes=0.001)):
        with pytest.raises(BadPhotoError) as caught:
            PhotoDecoder(limits=limits).inspect(path)
        assert caught.value.code == "too_large"
        assert "[limits]" in str(caught.value)
    assert PhotoDecoder(limits=Limits(megapixels=25)).inspect(path).width == 5000


def test_what_is_no_file_is_refused_at_once(decoder: Decoder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    for name, code in (("pipe.jpg", "refused"), (".", "refused"), ("loop.jpg", "missing"), ("none.jpg", "missing")):
        with pytest.raises(BadPhotoError) as caught:
            decoder.inspect(tmp_path / name)
        assert caught.value.code == code
