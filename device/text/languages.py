"""Languages by the three letters that films name them with."""

from __future__ import annotations

UNKNOWN = "und"

# ISO 639-1 and ISO 639-2/T, of the languages that there are voices for.
_PAIRS = (
    "ar=ara bg=bul ca=cat cs=ces cy=cym da=dan de=deu el=ell en=eng es=spa et=est eu=eus fa=fas fi=fin fr=fra "
    "ga=gle he=heb hi=hin hr=hrv hu=hun id=ind is=isl it=ita ja=jpn ka=kat kk=kaz ko=kor lb=ltz lt=lit lv=lav "
    "ml=mal mt=mlt nb=nob ne=nep nl=nld nn=nno no=nor pl=pol pt=por ro=ron ru=rus sk=slk sl=slv sq=sqi sr=srp "
    "sv=swe sw=swa te=tel tr=tur uk=ukr ur=urd vi=vie zh=zho"
)
_LETTERS = dict(pair.split("=") for pair in _PAIRS.split())


def three_letters(tag: str) -> str:
    """The code of ISO 639-2/T for a tag such as `en` or `de-AT`; `und` where it is not known."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return _LETTERS.get(language, UNKNOWN)
