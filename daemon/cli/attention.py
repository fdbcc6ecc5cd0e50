"""What a person reads of a watched folder's attention list."""

from __future__ import annotations

from typing import Any

from daemon.store.attention import Attention, Heed


def message(one: Attention) -> str:
    """What is so, what it means, and what to do."""
    names = ", ".join(one.names) + (" …" if one.count > len(one.names) else "")
    match one.kind:
        case Heed.LOOSE:
            what = f"{one.count} photo(s) lie directly in the watched folder {one.folder} and are not sent: {names}"
            return f"{what}. Move them into a folder of their own"
        case Heed.OTHER_FORMATS:
            what = f"{one.count} file(s) in {one.folder} may be photos of a format that is not sent: {names}"
            return f"{what}. If they belong to the shoot, put them there as DNG or JPEG"
        case Heed.FIRST_SIGHT:
            what = f"{one.count} shoot(s) lay in the watched folder {one.folder} when it appeared"
            return f"{what}. They are skipped, since they may be an archive; `bracketd submit FOLDER` sends one"


def in_json(one: Attention) -> dict[str, Any]:
    """As ``status --json`` tells it."""
    return {
        "kind": one.kind.value,
        "folder": one.folder,
        "count": one.count,
        "names": list(one.names),
        "message": message(one),
    }
