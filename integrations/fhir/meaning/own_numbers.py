"""Numbers of the patient that stand where one profile or link says, in a message that nobody read yet."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.meaning.places import values
from integrations.fhir.text.profile import Profile


def own_number_places(profile: Profile) -> list[str]:
    """Where in a Patient this profile itself says that numbers stand."""
    paths = (*profile.words("patient", "local_number"), *profile.words("patient", "bsn"))
    return [one for one in paths if one.startswith("Patient.")]


def numbers_at(paths: Iterable[str], entries: Iterable[Entry]) -> list[str]:
    """What stands at these places in the Patients of a message."""
    patients = [entry.resource for entry in entries if entry.kind == "Patient"]
    found = (value for path in paths for one in patients for value in values(one, path.partition(".")[2]))
    return [value for value in dict.fromkeys(found) if value]
