"""Upload slots: the URL in the response to a registration."""

from __future__ import annotations

from daemon.sandbox.kinds import SLOT_KINDS
from daemon.sandbox.service import Service
from daemon.sandbox.slots import CONTENT_TYPE


def slot(service: Service, route: str, record_id: str, content_type: str) -> str:
    """The upload URL of a record, signed for this media type. With a fault it has already expired."""
    expires = service.clock.now() + service.switches.url_lifetime
    if service.faults.take(route, SLOT_KINDS, record_id) is not None:
        expires = service.clock.now() - 1
    return service.signer.sign(
        "PUT", service.hosts.storage, f"/uploads/{record_id}", {CONTENT_TYPE: content_type}, expires
    )
