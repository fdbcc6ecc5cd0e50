"""The steps: what can be done next for an order.

A bracket is identified by its number, an image by its id at the service.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Create:
    """Create the order at the service (brackets flow only; in the images flow the first registration creates it)."""


@dataclass(frozen=True, slots=True)
class Register:
    """Register a bracket, which returns its upload URL."""

    bracket: int


@dataclass(frozen=True, slots=True)
class Upload:
    """Upload a bracket's bytes to its URL."""

    bracket: int


@dataclass(frozen=True, slots=True)
class Discard:
    """Delete a registration that will not be used, so that it never reaches an image."""

    registration: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Verify, before the merge, that the files have not changed since the lock and the service has every bracket.

    Only the brackets flow can ask the service, whose answer lags behind the upload.
    """


@dataclass(frozen=True, slots=True)
class Merge:
    """Request the merge, once per order. Its intent is recorded before the request."""


@dataclass(frozen=True, slots=True)
class Poll:
    """Ask the service for the order's status."""


@dataclass(frozen=True, slots=True)
class Reprocess:
    """Have a failed image reprocessed. Its intent is recorded before the request."""

    image: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Download an image's free preview to the cache. Never a purchase."""

    image: str


@dataclass(frozen=True, slots=True)
class Inspect:
    """Compare the previews with the middle frames of the planned sets. Reads files, without a request."""


@dataclass(frozen=True, slots=True)
class Reckon:
    """Check the images to buy against the limits. Uses the ledger of purchases, without a request."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Buy an image: download it in full size to a hidden file in the output folder, and flush it to disk."""

    image: str


@dataclass(frozen=True, slots=True)
class PlacePicture:
    """Give a fetched image its name in the output folder."""

    image: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """Write ``order.json``, which marks the shoot as complete."""


Step = (
    Create
    | Register
    | Upload
    | Discard
    | Confirm
    | Merge
    | Poll
    | Reprocess
    | Preview
    | Inspect
    | Reckon
    | Fetch
    | PlacePicture
    | Deliver
)
