"""Signs of the International Phonetic Alphabet, as Piper's voices write them."""

from __future__ import annotations

VOWELS = frozenset("aeiouyæøœɐɑɒɔɘəɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵻ")  # noqa: RUF001 - IPA
LONG = "ː"  # noqa: RUF001 - IPA
STRESS, SECOND_STRESS = "\u02c8", "\u02cc"
