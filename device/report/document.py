"""The frame of a page: one HTML file that needs nothing else and asks for nothing."""

from __future__ import annotations

import base64
from html import escape
from importlib import resources

# Nothing but what is in the file itself: no address of another place is ever asked.
_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def document(*, title: str, language: str, styles: tuple[str, ...], body: str, rules: str = "") -> str:
    """The page as HTML.

    Args:
        title: Plain text.
        language: The tag of its texts.
        styles: Names of style sheets in `static/`, without their suffix.
        body: HTML.
        rules: Style rules of this one page.
    """
    sheets = "".join(style_sheet(each) for each in styles)
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>
{sheets}{rules}</style>
</head>
<body>
{body}
</body>
</html>
"""


def style_sheet(name: str) -> str:
    """The text of a style sheet in `static/`."""
    return resources.files("device.report").joinpath(f"static/{name}.css").read_text(encoding="utf-8")


def data_address(kind: str, content: bytes) -> str:
    """The content as an address that holds it; `kind` is its MIME type."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
