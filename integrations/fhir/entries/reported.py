"""Values that a report consists of: what a pathologist calls `Samenvatting` stands with the report where no code of it says so."""

from __future__ import annotations

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import nodes
from mdo_portal.exchange import Section


def reported(where: Addresses, profile: Profile) -> dict[str, Section]:
    """place → the column of the report that names the value, or a value around it, as its result; of two reports the first."""
    found: dict[str, Section] = {}
    for report in (one for one in where.of_kind("DiagnosticReport") if one.resource.get("result")):
        own = report.resource
        section = profile.section(own.get("category"), own.get("code"))
        waiting = where.all(own["result"], report) if section else []
        while section and waiting:
            value = waiting.pop()
            if found.setdefault(value.place, section) is section and value.kind == "Observation":
                below = where.all(nodes(value.resource.get("hasMember")), value)
                waiting += [one for one in below if one.place not in found]  # a circle of references ends
    return found
