"""The frame of a page: one HTML file that needs nothing else and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib import resources

# Nothing but what is in the file itself: no address of another place is ever asked.
_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def document(  # noqa: PLR0913 - the parts of one page
    *,
    title: str,
    language: str,
    styles: tuple[str, ...],
    body: str,
    rules: str = "",
    scripts: tuple[str, ...] = (),
) -> str:
    """The page as HTML.

    Args:
        title: Plain text.
        language: The tag of its texts.
        styles: Names of style sheets in `static/`, without their suffix.
        body: HTML.
        rules: Style rules of this one page.
        scripts: Names of scripts in `static/`, without their suffix, which are one module; nothing else is ever run.
    """
    sheets = "".join(style_sheet(each) for each in styles)
    script = "".join(_static(f"{each}.js") for each in scripts)
    policy, module = _POLICY, ""
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
        policy, module = f"{_POLICY}; script-src 'sha256-{digest}'", f'<script type="module">{script}</script>\n'
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>
{sheets}{rules}</style>
</head>
<body>
{body}
{module}</body>
</html>
"""


def style_sheet(name: str) -> str:
    """The text of a style sheet in `static/`."""
    return _static(f"{name}.css")


def data_address(kind: str, content: bytes) -> str:
    """The content as an address that holds it; `kind` is its MIME type."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _static(name: str) -> str:
    return resources.files("device.report").joinpath(f"static/{name}").read_text(encoding="utf-8")
