"""HEIF. Its library takes 3 MB and is loaded with the first photo that needs it: import this module late."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif

from device.decode.arrays import ArrayPicture

pillow_heif.register_heif_opener()


def heif(data: bytes) -> ArrayPicture:
    """The main picture of a HEIF file, turned as its own boxes say, in 8 bits.

    Raises:
        ValueError: It is damaged.
    """
    array = np.asarray(pillow_heif.open_heif(io.BytesIO(data)))
    if array.dtype == np.uint16:  # deep grey alone is not made 8 bits by the reader
        array = (array >> 8).astype(np.uint8)
    return ArrayPicture(array)
