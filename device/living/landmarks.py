"""Which points of the mesh are moved by what, and how far: shares of the jaw's drop, found by eye on 13 faces.

Left and right are the viewer's. The points are those of MediaPipe's face mesh.
"""

from __future__ import annotations

UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
UPPER_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
"""The edges of the lips, from the left corner of the mouth to the right one."""

LEFT_CORNER, RIGHT_CORNER = 61, 291
CORNERS = (61, 291, 78, 308)
CORNER = 0.22
"""The corners' share of the jaw's drop: at 0.36 the skin beside them folded."""

FOREHEAD, CHIN_TIP = 10, 152
LEFT_EYE, RIGHT_EYE = 33, 263
"""The outer corners of the eyes."""

JAW_LINE = dict(
    zip(
        (172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397),
        (0.35, 0.55, 0.75, 0.9, 0.97, 1, 1, 1, 0.97, 0.9, 0.75, 0.55, 0.35),
        strict=True,
    )
)
SIDES = {132: 0.08, 58: 0.2, 361: 0.08, 288: 0.2, 234: 0.0, 93: 0.0, 454: 0.0, 323: 0.0}
CHIN = {
    **dict.fromkeys((18, 200, 199, 83, 313, 182, 406), 1.0),
    **dict.fromkeys((194, 418, 201, 421), 0.95),
    **dict.fromkeys((204, 424), 0.8),
    **dict.fromkeys((32, 262), 0.97),
}
CHEEKS = {
    57: 0.26, 287: 0.26, 43: 0.45, 273: 0.45, 106: 0.68, 335: 0.68, 202: 0.55, 422: 0.55, 214: 0.3, 434: 0.3,
    212: 0.36, 432: 0.36, 216: 0.14, 436: 0.14, 207: 0.08, 427: 0.08, 192: 0.16, 416: 0.16,
}  # fmt: skip

PHILTRUM = {164: 0.35, 167: 0.3, 393: 0.3}
"""Between nose and mouth: the share of the upper lip's rise."""

STILL = (
    1, 2, 4, 5, 6, 168, 98, 327, 94, 48, 278, 129, 358, 50, 280, 101, 330, 36, 266, 205, 425, 187, 411, 123, 352, 147,
    376, 10, 151, 9, 109, 338, 67, 297, 54, 284, 21, 251, 127, 356, 33, 133, 362, 263, 46, 276, 117, 346, 118, 347,
)  # fmt: skip
"""Nose, eyes, forehead and the upper cheeks."""

BROWS = {
    **dict.fromkeys((70, 63, 105, 66, 107, 336, 296, 334, 293, 300), 1.0),
    **dict.fromkeys((52, 53, 65, 55, 282, 283, 295, 285), 0.7),
}

EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133)),
    ((362, 398, 384, 385, 386, 387, 388, 466, 263), (362, 382, 381, 380, 374, 373, 390, 249, 263)),
)
"""The upper and the lower lid of each eye, from left to right."""

SKIN = (50, 280, 205, 425, 151, 9, 199)
LIPS = (17, 314, 84, 0, 85, 315)
"""Where the colour of skin and lips is taken."""
