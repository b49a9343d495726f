"""What a file says of itself, for machines: that it was made, and by what.

XMP holds the IPTC's term for the source of a medium, which software asks for that wants to know where pictures, films
and sounds come from. Where it lies is each format's own affair.
"""

from __future__ import annotations

TOOL = "voxframe"

MADE_BY_A_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""What the IPTC calls a medium that was made by a model."""

PARTLY_MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
"""What it calls a mix of several elements, at least one of which is synthetic."""

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="{tool}"
 Iptc4xmpExt:DigitalSourceType="{source}"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def xmp(source: str) -> bytes:
    """A packet of XMP that names the source of a medium, one of the IPTC's addresses above."""
    return _XMP.format(tool=TOOL, source=source).encode()
