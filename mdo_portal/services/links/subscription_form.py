"""What is agreed about a hospital's server that tells by itself: a search to tell of, and a topic that can be one."""

from __future__ import annotations

import re

from mdo_portal.errors import N_

NO_TOPIC = N_("Een onderwerp (topic) is een adres, zoals https://…/SubscriptionTopic/… of urn:…, van hoogstens 500 tekens.")
NO_SEARCH = N_("Vul ook de zoekvraag in: van wat die vindt, meldt de server dat het nieuw is.")
LONGEST_TOPIC = 500
_TOPIC = re.compile(r"(?:https?://|urn:)[!#-;=?-~]+")


def wrong(subscribes: bool | None, topic: str | None, *, search: str) -> dict[str, str]:
    """A sentence per field; None = nothing is said of it. `search`: what is agreed then."""
    found = {}
    if topic and (len(topic) > LONGEST_TOPIC or not _TOPIC.fullmatch(topic)):
        found["topic"] = NO_TOPIC
    if subscribes and not search:
        found["search"] = NO_SEARCH
    return found
