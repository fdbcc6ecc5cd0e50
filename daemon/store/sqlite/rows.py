"""Converts orders, brackets, images and facts to rows and back."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from daemon.errors import Mismatch
from daemon.order import (
    LINE,
    Bracket,
    Ended,
    Hold,
    HoldKind,
    Image,
    ImageState,
    MergeState,
    Order,
    OrderSource,
    Phase,
    Preset,
    ShootPart,
)
from daemon.order.allowed import next_command
from daemon.order.facts import Fact
from daemon.order.merge import Merge
from daemon.order.order import Standing
from daemon.order.phase import Stage
from daemon.order.planned import PlannedImage
from daemon.order.preview import Inspection, LooksLike, PreviewState
from daemon.order.problem import Code, Trouble
from daemon.order.purchase import LimitCheck, Purchase
from daemon.order.stored_names import stored_name
from daemon.order.times import Times
from daemon.order.tries import Tries
from daemon.order.unsent import Unsent
from daemon.order.uploads import Uploads
from daemon.shoot import LeftOut, Why
from daemon.shoot.sets import Confidence
from daemon.shoot.shot import from_json, to_json
from daemon.store.journal import detail_of
from daemon.store.sqlite.names import pack, printable, unpack

Row = dict[str, Any]

LARGE = ("mtime_ns", "inode", "ctime_ns")
"""Fields of a bracket that may exceed SQLite's largest integer."""

_MOST = 2**63 - 1


def order_row(order: Order) -> Row:
    """The row of an order, with the sums that ``status`` shows without reading brackets and images.

    As in the other rows, names are packed and other texts are made printable, so that SQLite can store them.
    """
    sent = [order.brackets[number] for number in order.sent]
    stored = [b for b in sent if b.stored]
    ended = [i for i in order.images if i.ended]
    row: Row = {
        "id": order.id,
        "flow": order.flow,
        "shoot": pack(order.source.shoot),
        "folder": pack(order.source.folder),
        "output": pack(order.source.output),
        "preset": json.dumps(dataclasses.asdict(order.preset), sort_keys=True),
        "phase": order.phase.value,
        "held_in": order.hold.returns_to.value if order.hold else None,
        "created": int(order.uploads.created),
        "discards": json.dumps(order.uploads.discards),
        "left_out": json.dumps(order.unsent.left_out),
        "fingerprint": order.source.fingerprint,
        "late": json.dumps(order.unsent.late),
        "altered": json.dumps(order.unsent.altered),
        "supplement_of": order.source.supplement_of,
        "same_as": order.source.same_as,
        "approved": int(order.purchase.approved),
        "accepted": int(order.purchase.accepted),
        "by_person": int(isinstance(order.standing, Ended) and order.standing.by_person),
        "over_limit": int(order.purchase.over_limit),
        "unknown_order": order.source.unknown_order,
        "part": None if order.source.part is None else json.dumps(dataclasses.astuple(order.source.part)),
        "several": order.source.several,
        "inode": None if order.source.inode is None else str(order.source.inode),
        "hold": _hold(order),
        "reckoned": int(order.purchase.within_limits),
        "reopened_at": order.times.reopened_at,
        "dev_mode": int(order.preset.dev_mode),
        "merge": order.merge.state.value,
        "merge_asked_at": order.merge.asked_at,
        "merge_refused_at": order.merge.refused_at,
        "mismatch": order.tries.mismatch.value if order.tries.mismatch else None,
        "mismatches": order.tries.mismatches,
        "mismatched_at": order.tries.mismatched_at,
        "polls": order.tries.polls,
        "failures": order.tries.failures,
        "trouble": order.trouble,
        "troubles": json.dumps([{"code": one.code.value, "text": one.text} for one in order.troubles]),
        "problems": json.dumps(problems_of(order)),
        "notes": json.dumps(order.notes),
        "plan": json.dumps([[list(one.brackets), one.confidence.value] for one in order.plan]),
        "inspection": None if order.inspection is None else json.dumps(dataclasses.asdict(order.inspection)),
        "due": order.due,
        "phase_since": order.times.phase_since,
        "refusals": order.uploads.refusals,
        "unseen": order.uploads.unseen,
        "output_renamed": int(order.source.output_renamed),
        "due_set_at": order.times.due_set_at,
        "created_at": order.times.created_at,
        "updated_at": order.times.updated_at,
        "health": order.health.value,
        "brackets_total": len(sent),
        "brackets_uploaded": len(stored),
        "bytes_total": sum(b.size for b in sent),
        "bytes_uploaded": sum(b.size for b in stored),
        "images_total": len(order.images),
        "images_processed": sum(1 for i in ended if i.state is not ImageState.FAILED),
        "images_downloaded": sum(1 for i in ended if i.state is ImageState.PLACED),
        "images_failed": sum(1 for i in ended if i.state is ImageState.FAILED),
        "messages": json.dumps(order.messages),
    }
    return _storable(row)


def problems_of(order: Order) -> list[Row]:
    """The problems of an order as ``status --json`` shows them."""
    return [{"code": one.code, "text": one.text, "next": next_command(order, one.code)} for one in order.problems]


def bracket_row(order_id: str, number: int, bracket: Bracket) -> Row:
    """The row of a bracket. Inodes and times (from 2262 on) that exceed SQLite's largest integer are stored as text."""
    row = {field.name: getattr(bracket, field.name) for field in dataclasses.fields(bracket)}
    large = {name: _integer(row[name]) for name in LARGE if row[name] is not None}
    said = to_json(bracket.shot)
    shot = {"shot_second": said.get("second"), "shot": json.dumps(said) if said else ""}
    return _storable({**row, **large, **shot, "order_id": order_id, "number": number, "path": pack(bracket.path)})


def _storable(row: Row) -> Row:
    """The row with printable texts. Only packed names keep bytes that are not UTF-8."""
    return {column: printable(value) if isinstance(value, str) else value for column, value in row.items()}


def _integer(value: int) -> int | str:
    return value if abs(value) <= _MOST else str(value)


def image_row(order_id: str, number: int, image: Image) -> Row:
    """The row of an image."""
    row = {field.name: getattr(image, field.name) for field in dataclasses.fields(image)}
    own = {
        "order_id": order_id,
        "number": number,
        "brackets": json.dumps(image.brackets),
        "state": image.state.value,
        "preview": image.preview.value,
        "reprocess_heard": int(image.reprocess_heard),
        "file": pack(image.file) if image.file is not None else None,
    }
    return _storable({**row, **own})


def left_out_row(order_id: str, number: int, left_out: LeftOut) -> Row:
    """The row of a file that is not sent, with the reason."""
    of = pack(left_out.of) if left_out.of is not None else None
    names = {"path": pack(left_out.path), "of": of, "shoot": pack(left_out.shoot)}
    return _storable({"order_id": order_id, "number": number, "why": left_out.why.value, **names})


def order_from(row: Row, brackets: Iterable[Row], images: Iterable[Row], left_out: Iterable[Row] = ()) -> Order:
    """The order that these rows were written from."""
    return Order(
        id=row["id"],
        flow=row["flow"],
        source=OrderSource(
            shoot=unpack(row["shoot"]),
            folder=unpack(row["folder"]),
            output=unpack(row["output"]),
            fingerprint=row["fingerprint"],
            supplement_of=row["supplement_of"],
            same_as=row["same_as"],
            unknown_order=row["unknown_order"],
            part=None if row["part"] is None else ShootPart(*json.loads(row["part"])),
            several=row["several"],
            inode=None if row["inode"] is None else int(row["inode"]),
            output_renamed=bool(row["output_renamed"]),
        ),
        times=Times(
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            reopened_at=row["reopened_at"],
            phase_since=row["phase_since"],
            due_set_at=row["due_set_at"],
        ),
        preset=_preset(row["preset"]),
        standing=_standing(row),
        uploads=Uploads(
            created=bool(row["created"]),
            discards=tuple(json.loads(row["discards"])),
            refusals=row["refusals"],
            unseen=row["unseen"],
        ),
        brackets=tuple(_bracket(b) for b in brackets),
        plan=tuple(PlannedImage(tuple(numbers), Confidence(how)) for numbers, how in json.loads(row["plan"])),
        images=tuple(_image(i) for i in images),
        inspection=_inspection(row["inspection"]),
        unsent=Unsent(
            left_out=tuple(json.loads(row["left_out"])),
            left_out_why=tuple(map(_left_out, left_out)),
            late=tuple(json.loads(row["late"])),
            altered=tuple(json.loads(row["altered"])),
        ),
        purchase=Purchase(_check(row), approved=bool(row["approved"]), accepted=bool(row["accepted"])),
        merge=Merge(state=MergeState(row["merge"]), asked_at=row["merge_asked_at"], refused_at=row["merge_refused_at"]),
        tries=Tries(
            mismatch=Mismatch(row["mismatch"]) if row["mismatch"] else None,
            mismatches=row["mismatches"],
            mismatched_at=row["mismatched_at"],
            polls=row["polls"],
            failures=row["failures"],
        ),
        troubles=tuple(Trouble(Code(one["code"]), one["text"]) for one in json.loads(row["troubles"])),
        notes=tuple(json.loads(row["notes"])),
        due=row["due"],
    )


def _hold(order: Order) -> str | None:
    """The kind of the hold as it is stored; None for most holds, and for an order that is not held."""
    return None if order.hold is None or order.hold.kind is HoldKind.PROBLEM else order.hold.kind.value


def _standing(row: Row) -> Standing:
    """Where the order stands. Raises ValueError for a held order without the phase that it returns to."""
    phase, by_person = Phase(row["phase"]), bool(row["by_person"])
    match phase:
        case Phase.HELD:
            return Hold(_stage(row["held_in"]), HoldKind(row["hold"] or HoldKind.PROBLEM))
        case Phase.SKIPPED:
            return Ended.SKIPPED_BY_PERSON if by_person else Ended.SKIPPED_BY_RULE
        case Phase.CANCELLED if by_person and MergeState(row["merge"]) is not MergeState.NOT_ASKED:
            return Ended.DISMISSED
        case Phase.CANCELLED:
            return Ended.CANCELLED_BY_PERSON if by_person else Ended.CANCELLED_BY_RULE
        case stage:
            return stage


def _stage(name: str) -> Stage:
    """The phase of the line with this name. Raises ValueError."""
    return LINE[LINE.index(Phase(name))]


def _check(row: Row) -> LimitCheck:
    """How the order's images compare with the limits, from two columns."""
    if row["over_limit"]:
        return LimitCheck.OVER
    return LimitCheck.WITHIN if row["reckoned"] else LimitCheck.NOT_CHECKED


def _bracket(row: Row) -> Bracket:
    kept = {key: value for key, value in row.items() if key not in ("order_id", "number", "shot_second")}
    large = {name: int(row[name]) for name in LARGE if row[name] is not None}
    shot = from_json(json.loads(row["shot"] or "{}"))
    return Bracket(**{**kept, **large, "shot": shot, "path": unpack(row["path"])})


def _inspection(text: str | None) -> Inspection | None:
    if text is None:
        return None
    found = json.loads(text)
    return Inspection(tuple(found["compared"]), tuple(LooksLike(**one) for one in found["looks"]), found["sheet"])


def _preset(text: str) -> Preset:
    found = json.loads(text)
    return Preset(**{**found, "keep": tuple(found.get("keep", ()))})


def _left_out(row: Row) -> LeftOut:
    of = unpack(row["of"]) if row["of"] is not None else None
    return LeftOut(unpack(row["path"]), Why(row["why"]), of, unpack(row["shoot"]))


def _image(row: Row) -> Image:
    kept = {key: value for key, value in row.items() if key not in ("order_id", "number")}
    return Image(
        **{
            **kept,
            "brackets": tuple(json.loads(row["brackets"])),
            "state": ImageState(row["state"]),
            "preview": PreviewState(row["preview"]),
            "reprocess_heard": bool(row["reprocess_heard"]),
            "file": unpack(row["file"]) if row["file"] is not None else None,
        }
    )


def load(connection: sqlite3.Connection, order_id: str) -> Order:
    """An order with its brackets and images. Raises KeyError."""
    row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        raise KeyError(order_id)
    brackets = connection.execute("SELECT * FROM brackets WHERE order_id = ? ORDER BY number", (order_id,))
    images = connection.execute("SELECT * FROM images WHERE order_id = ? ORDER BY number", (order_id,))
    left_out = connection.execute("SELECT * FROM left_out WHERE order_id = ? ORDER BY number", (order_id,))
    return order_from(row, brackets.fetchall(), images.fetchall(), left_out.fetchall())


def journal_row(order_id: str, fact: Fact, at: float) -> Row:
    """A fact as the journal keeps it: its name and its fields."""
    detail = json.dumps(detail_of(fact), default=str)
    return _storable({"order_id": order_id, "at": at, "fact": stored_name(type(fact)), "detail": detail})


def upsert(connection: sqlite3.Connection, table: str, key: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write rows into a table, replacing those with the same key."""
    for row in rows:
        columns = ", ".join(row)
        marks = ", ".join(f":{column}" for column in row)
        updates = ", ".join(f"{column} = excluded.{column}" for column in row if column not in key)
        connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks}) "  # noqa: S608 - names are this module's own
            f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {updates}",
            row,
        )
