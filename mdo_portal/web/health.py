"""For machines that watch us: alive, ready, and the figures."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from mdo_portal.errors import NotFound
from mdo_portal.services.common import standbys
from mdo_portal.services.letters import succession
from mdo_portal.services.links import figures, listening
from mdo_portal.services.people import mailboxes
from mdo_portal.settings import is_loopback
from mdo_portal.web.context import transaction
from mdo_portal.web.guard import public

blueprint = Blueprint("health", __name__)
OF_HOSPITALS = {
    "mdo_messages_waiting": ("Messages that wait to be read", "waiting"),
    "mdo_message_oldest_waiting_timestamp_seconds": (
        "When the message came, or was offered again, that waits longest",
        "oldest_waiting_at",
    ),
    "mdo_messages_unreadable": ("Messages that could not be read and that nobody looked at yet", "unreadable"),
    "mdo_message_oldest_unreadable_timestamp_seconds": ("When the oldest of those came", "oldest_unreadable_at"),
    "mdo_messages_asking": ("Messages that wait until a person says who it is", "asks"),
    "mdo_message_last_timestamp_seconds": ("When the last message came", "last_in_at"),
    "mdo_letters_waiting": ("Letters that did not arrive yet, on paper too", "letters"),
    "mdo_letter_oldest_timestamp_seconds": ("Since when the oldest of those is under way", "oldest_letter_at"),
    "mdo_letters_refused": ("Letters that were refused or given up: a person must look", "refused"),
}
"""By hospital (its code; empty = what could be brought to none). Moments are seconds since 1970, and absent when there is nothing."""


@blueprint.get("/health/live")
@public("says only that this process runs")
def live() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/health/ready")
@public("says only whether the database answers")
def ready() -> ResponseReturnValue:
    """Answers it and keeps nothing, because its standby is away, then every page would hang."""
    try:
        with transaction() as db:
            if standbys.is_awaited(db):
                return jsonify(status="no standby"), 503
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return jsonify(status="ok")


@blueprint.get("/metrics")
@public("counts only, and only to this machine")
def metrics() -> ResponseReturnValue:
    if not is_loopback(request.remote_addr or ""):
        raise NotFound()
    ours = CollectorRegistry()
    ours.register(_Portal())
    return Response(generate_latest(ours) + generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class _Portal(Collector):
    """The same whichever web process is asked: counted in the database, at the moment of asking."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return iter(())  # else registering counts already

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with transaction() as db:
                found = [
                    _one("mdo_listening", "Whether a listener for HL7 v2 has its ports open", listening.is_anybody(db)),
                    _one("mdo_workers", "Workers that live", succession.living(db)),
                    _one(
                        "mdo_mailboxes_refused", "Colleagues whose mailbox took no mail when last tried", mailboxes.how_many(db)
                    ),
                    *_by_hospital(figures.of_hospitals(db)),
                ]
        except SQLAlchemyError:
            found = []
        yield _one("mdo_database", "Whether the database answers", bool(found))
        yield from found


def _one(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)


def _by_hospital(rows: figures.Rows) -> Iterator[GaugeMetricFamily]:
    for name, (said, field) in OF_HOSPITALS.items():
        family = GaugeMetricFamily(name, said, labels=["hospital"])
        for row in rows:
            value = getattr(row, field)
            if value is not None:
                family.add_metric([row.code], value if isinstance(value, int) else value.timestamp())
        yield family
