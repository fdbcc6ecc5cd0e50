"""Records in the API's JSON, by version. The shapes are those of the vendor's SDK models.

================================  ==============================================================
before 2024-10-01                 images carry ``enhanced`` and ``error`` instead of ``status``
before 2025-05-08                 ``s3PutObjectUrl``; brackets have only name and upload state
from 2025-05-08                   ``upload_url``; brackets have ids, metadata and their image
before 2025-08-31, and from then  ``window_pull``, and ``window_pull_type``
================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from daemon.sandbox.clock import stamp
from daemon.sandbox.fields import DEFAULTS, preferences
from daemon.sandbox.records import Bracket, Image, Order

Json = dict[str, object]

STATUS_SINCE: Final = "2024-10-01"
BRACKETS_SINCE: Final = "2025-05-08"
_NOT_SHOWN: Final = (
    *("id", "contentType", "content_type", "hdr", "images", "number_of_brackets_per_image", "threesixty"),
    *("enhanced", "error", "status", "status_reason", "image_type", "is_threesixty", "upload_url", "s3PutObjectUrl"),
)
"""Fields of requests that a response has under another name or not at all. SDK 1.1.0 repeats the path's ``id``."""


def image_out(image: Image, version: str) -> Json:
    """An ImageOut."""
    body: Json = {
        **_preferences_out(image.form, version),
        **_identity_out(image),
        "downloaded": image.downloaded,
        "scene": None,
    }
    if version < STATUS_SINCE:
        return body | {"enhanced": image.status == "processed", "error": image.status == "error"}
    body |= {"status": image.status, "status_reason": image.reason}
    return body | _older_out(image.content_type, image.form, version)


def bracket_as_image(bracket: Bracket, version: str) -> Json:
    """An ImageOut of a bracket that was registered with ``hdr``: it waits for the merge."""
    body: Json = {
        **_preferences_out(bracket.form, version),
        **_identity_out(bracket),
        "downloaded": False,
        "scene": None,
    }
    if version < STATUS_SINCE:
        return body | {"enhanced": False, "error": False}
    return body | {"status": "waiting", "status_reason": None} | _older_out(bracket.content_type, bracket.form, version)


def upload_key(version: str) -> str:
    """The key of an image's upload URL."""
    return "s3PutObjectUrl" if version < BRACKETS_SINCE else "upload_url"


def order_out(order: Order, images: Iterable[Image], version: str, *, idle: bool = False) -> Json:
    """An OrderOut. ``idle`` shows it as just after a merge: not processing, and without images."""
    shown = [] if idle else [image_out(image, version) for image in images]
    merging = False if idle else order.is_merging
    processing = False if idle else order.is_processing or order.again > 0
    return {
        "order_id": order.id,
        "name": order.name,
        "status": "processing" if merging or processing else "processed" if shown else order.status_if_empty,
        "is_merging": merging,
        "is_processing": processing,
        "is_deleted": False,
        "images": shown,
        "total_images": float(len(shown)),
        "created_at": stamp(order.created),
        "last_updated_at": stamp(order.updated),
    }


def bracket_out(bracket: Bracket, version: str, now: float, *, show_image: bool) -> Json:
    """A BracketOut."""
    body: Json = {"name": bracket.name, "is_uploaded": bracket.stored is not None and bracket.visible_at <= now}
    if version < BRACKETS_SINCE:
        return body
    body |= {"bracket_id": bracket.id, "order_id": bracket.order_id, "metadata": bracket.form.get("metadata") or {}}
    return body | {"image_id": bracket.image_id} if show_image else body


def _identity_out(record: Image | Bracket) -> Json:
    return {
        "image_id": record.id,
        "image_name": record.name,
        "order_id": record.order_id,
        "user_id": record.account.user_id,
        "date_added": int(record.added * 1000),
        "metadata": record.form.get("metadata") or {},
        "rating": record.form.get("rating"),
    }


def _preferences_out(form: Mapping[str, object], version: str) -> Json:
    shown: Json = {name: form.get(name, DEFAULTS.get(name)) for name in preferences(version)}
    passed = {name: value for name, value in form.items() if name not in shown and name not in _NOT_SHOWN}
    if version >= BRACKETS_SINCE:
        shown["finetune_settings"] = form.get("finetune_settings")
    return passed | shown


def _older_out(content_type: str, form: Mapping[str, object], version: str) -> Json:
    if version >= BRACKETS_SINCE:
        return {}
    return {"image_type": content_type, "is_threesixty": bool(form.get("threesixty"))}
