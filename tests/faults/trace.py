"""What a daemon did to its disk and told to others, in order, as strace saw it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,"
    "unlink,unlinkat,rmdir,ftruncate,truncate,fallocate,mkdir,mkdirat,link,linkat,symlink,sendto,sendmsg,recvfrom"
)
"""All that changes a disk, and what goes to others and comes from them; what is seen here and not understood is an
error, so that nothing is left out in silence."""

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)")
_END = re.compile(r" = (-?\d+|\?)(?:<(?P<path>[^>]*)>)?(?: .*)?$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"(-?\d+|AT_FDCWD)<([^>]*)>")

Kind: TypeAlias = Literal["write", "sync", "create", "truncate", "rename", "remove", "folder", "sent", "received"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One call.

    Attributes:
        kind: What it did; `sent` and `received` are for sockets.
        began: The line at which it was called.
        ended: The line at which it was over; larger than that of all that was over before.
        path: The file or folder; of a socket what it is called.
        to: The new name of what was renamed.
        offset: Where it was written; None for the end of the file. Of a truncation the new length.
        data: What was written, sent or received.
        empties: Whether an opening took away what the file had.
    """

    kind: Kind
    began: int
    ended: int
    path: Path
    to: Path | None = None
    offset: int | None = None
    data: bytes = field(default=b"", repr=False)
    empties: bool = False


def strace(log: Path) -> list[str]:
    """The command prefix that writes what is done to the log."""
    what = ["-f", "-qq", "-y", "-xx", "--seccomp-bpf", "-s", "1000000", "-e", f"trace={CALLS}", "-e", "signal=none"]
    return ["strace", *what, "-o", str(log)]


def lines(log: Path) -> Iterator[str]:
    """The lines of a log."""
    with log.open(encoding="ascii") as file:
        yield from file


def acts(log: Path) -> Iterator[Act]:
    """The calls that succeeded, in the order in which they were over."""
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines(log)):
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            raise ValueError(f"what is this: {line[:200]}")
        thread, resumed, text = found.groups()
        began = number
        if text.endswith("<unfinished ...>"):
            begun[thread] = number, text.removesuffix("<unfinished ...>")
            continue
        if resumed:
            began, start = begun.pop(thread)
            text = start + text
        if act := _act(text, began, number):
            yield act


def unfinished_sends(log: Path) -> Iterator[Act]:
    """What was being sent when the process ended: it may have arrived."""
    waiting: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines(log)):
        thread, resumed, text = _LINE.match(line.rstrip("\n")).groups()  # type: ignore[union-attr]  # `acts` has asked
        if text.endswith("<unfinished ...>"):
            waiting[thread] = number, text
        elif resumed:
            waiting.pop(thread, None)
    for began, text in waiting.values():
        if text.lstrip().startswith(("sendto(", "write(")):
            path, data = _path(text), _text(text)
            yield Act(kind="sent", began=began, ended=began, path=path, data=data)


def _act(text: str, began: int, ended: int) -> Act | None:  # noqa: PLR0911, C901 - a case for each call
    end = _END.search(text)
    if end is None or end[1] == "?" or int(end[1]) < 0:
        return None
    result = int(end[1])
    call, _, arguments = text[: end.start()].strip().partition("(")
    act = partial(Act, began=began, ended=ended)
    match call:
        case "openat" | "creat":
            if "O_CREAT" not in arguments and "O_TRUNC" not in arguments:
                return None
            return act(kind="create", path=Path(_plain(end["path"])), empties="O_TRUNC" in arguments)
        case "write" | "pwrite64" | "sendto":
            path = _path(arguments)
            data = _text(arguments)[:result]
            kind: Kind = "write" if path.is_absolute() else "sent"
            offset = int(arguments.rstrip(")").rsplit(", ", 1)[1]) if call == "pwrite64" else None
            return act(kind=kind, path=path, data=data, offset=offset)
        case "recvfrom":
            return act(kind="received", path=_path(arguments), data=_text(arguments))
        case "fsync" | "fdatasync":
            return act(kind="sync", path=_path(arguments))
        case "ftruncate":
            length = int(arguments.rstrip(")").rsplit(", ", 1)[1])
            return act(kind="truncate", path=_path(arguments), offset=length)
        case "rename":
            old, new = (Path(_plain(each)) for each in _STRING.findall(arguments))
            return act(kind="rename", path=old, to=new)
        case "unlink" | "rmdir":
            return act(kind="remove", path=Path(_plain(_STRING.findall(arguments)[0])))
        case "mkdir":
            return act(kind="folder", path=Path(_plain(_STRING.findall(arguments)[0])))
    raise ValueError(f"nobody knows what this does to a disk: {text[:200]}")


def _path(arguments: str) -> Path:
    found = _DESCRIPTOR.search(arguments)
    if found is None:
        raise ValueError(f"no descriptor in {arguments[:200]}")
    return Path(_plain(found[2]))


def _text(arguments: str) -> bytes:
    found = _STRING.search(arguments)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


def _plain(escaped: str) -> str:
    if "\\x" not in escaped:
        return escaped
    return bytes.fromhex(escaped.replace("\\x", "")).decode("utf-8", "surrogateescape")
