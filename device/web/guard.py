"""Who may ask: with a token whoever knows it, without one this machine alone, and never a foreign page in a browser."""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING

from device.core.errors import UsageError
from device.web.answers import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.web.answers import Answer

_READING = frozenset({"GET", "HEAD"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_loopback(host: str) -> bool:
    """Whether a server at this address is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Looks at the head of a request. With None for a token none is asked for."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def refuses(self, method: str, headers: Mapping[str, str]) -> Answer | None:
        """The answer to whoever may not ask, or None.

        Args:
            method: Of the request.
            headers: Of the request; their names may be written in any case.
        """
        host = headers.get("Host", "").casefold()
        if self._token is None and _without_port(host) not in _LOOPBACK:
            # A page can have its own name point at this machine, and would then count as of the same origin.
            return refusal(403, "foreign_host", "ask for localhost or 127.0.0.1, or set [web] token_file")
        if self._token is not None and not self._knows(self._token, headers.get("Authorization", "")):
            message = "send the header Authorization: Bearer, with the token from [web] token_file"
            return refusal(401, "no_token", message, headers={"WWW-Authenticate": 'Bearer realm="voxframe"'})
        origin = headers.get("Origin")
        if origin is not None and method not in _READING and origin.casefold().partition("://")[2] != host:
            # A browser sends a form of any page anywhere, and says whose page it was.
            return refusal(403, "foreign_origin", "this is not for other sites; send it from a page of this device")
        return None

    @staticmethod
    def _knows(token: str, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        # Bytes, for a header need not be text; in a time that tells nothing about the token.
        same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
        return same and scheme.casefold() == "bearer"


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def check_host(host: str, token: str | None) -> None:
    """Whether a server may listen there.

    Raises:
        UsageError: The token is empty, or there is none and others than this machine would reach the server.
    """
    if token is None and not is_loopback(host):
        raise UsageError(f"[web] host {host} is open to others; set [web] token_file, or host to 127.0.0.1")
    if token is not None and not token.strip():
        raise UsageError("the file of [web] token_file is empty; write a token into it")
