"""From where something came that stands on a case: every value that came from outside shows which hospital said it, and when."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Wire


class Source(NamedTuple):
    """Which hospital told it, when it arrived here (UTC), over which wire, and by which message: by none when it was typed here."""

    hospital: Hospital
    at: datetime
    wire: Wire
    message_id: uuid.UUID | None = None
