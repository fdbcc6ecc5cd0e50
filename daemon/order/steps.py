"""What can be done next for an order: the steps.

A bracket is named by its number, an image by the service's id.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Create:
    """Create the order at the service (brackets flow; in the images flow the first registration does)."""


@dataclass(frozen=True, slots=True)
class Register:
    """Ask for a place to put a bracket."""

    bracket: int


@dataclass(frozen=True, slots=True)
class Upload:
    """Send a bracket's bytes to its place."""

    bracket: int


@dataclass(frozen=True, slots=True)
class Discard:
    """Delete a registration that will not be used, so that it never reaches an image."""

    registration: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Look once more, before the merge: the files are those that were locked, and the service has every bracket.

    The service tells in the brackets flow only; its word lags the upload.
    """


@dataclass(frozen=True, slots=True)
class Merge:
    """The one merge. Its intent is recorded before the request."""


@dataclass(frozen=True, slots=True)
class Look:
    """Ask where the order stands at the service."""


@dataclass(frozen=True, slots=True)
class Reprocess:
    """Have an image that came to an error processed once more. Its intent is recorded before the request."""

    image: str


@dataclass(frozen=True, slots=True)
class Reckon:
    """See whether the limits allow what is to be bought. No request: the ledger of purchases is asked."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Buy an image: download it in full size beside its target, and flush it to disk."""

    image: str


@dataclass(frozen=True, slots=True)
class Place:
    """Give fetched bytes their name in the output folder."""

    image: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """Write ``order.json``, the sign that the shoot is complete."""


Step = Create | Register | Upload | Discard | Confirm | Merge | Look | Reprocess | Reckon | Fetch | Place | Deliver
