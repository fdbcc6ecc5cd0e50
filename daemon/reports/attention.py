"""The messages of a watched folder's attention list."""

from __future__ import annotations

from typing import Any

from daemon.store.attention import Attention, Heed


def message(one: Attention) -> str:
    """What was found, what it means for the photos, and what to do."""
    names = ", ".join(one.names) + (" …" if one.count > len(one.names) else "")
    match one.kind:
        case Heed.LOOSE:
            what = f"{one.count} photo(s) are directly in the watched folder {one.folder} and are not sent: {names}"
            return f"{what}. Move them into a sub-folder, which is then a shoot"
        case Heed.OTHER_FORMATS:
            what = f"{one.count} file(s) in {one.folder} may be photos in a format that bracketd does not send: {names}"
            return f"{what}. If they belong to the shoot, add them as DNG or JPEG"
        case Heed.FIRST_SIGHT:
            what = f"{one.count} shoot(s) were already in the watched folder {one.folder} when it appeared"
            return f"{what}. They are skipped, because they may be an archive. `bracketd submit FOLDER` sends one"


def in_json(one: Attention) -> dict[str, Any]:
    """An entry of the attention list in the format of ``status --json``."""
    return {
        "kind": one.kind.value,
        "folder": one.folder,
        "count": one.count,
        "names": list(one.names),
        "message": message(one),
    }
