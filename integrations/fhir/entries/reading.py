"""One message as it is read: the entries and how they point at each other, the profile, and what stands around each entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.forms import form_of
from integrations.fhir.entries.headings import Heading, headings, reported
from integrations.fhir.entries.panels import panels
from integrations.fhir.entries.several_forms import told_apart
from integrations.fhir.entries.wholes import wholes
from integrations.fhir.text.profile import Profile
from mdo_portal.exchange import Section


@dataclass(frozen=True)
class Reading:
    """What every mapping needs: the message around the entry, the profile, and which entries the request gives as reason."""

    where: Addresses
    profile: Profile
    reasons: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()  # the places of what is another patient's

    @cached_property
    def panels(self) -> dict[str, tuple[str, str]]:
        """Of values with parts that have one name: what tells each from the others."""
        return panels(self.where.every())

    @cached_property
    def wholes(self) -> dict[str, str]:
        """Of values that belong to another value: which of several that is."""
        return wholes(self.where, self.panels)

    @cached_property
    def questions(self) -> frozenset[str]:
        """The places of the Questionnaires of which answers came along: what they say is read with those."""
        asked = (form_of(one, self.where) for one in self.where.every() if one.kind == "QuestionnaireResponse")
        return frozenset(one.place for one in asked if one is not None)

    @cached_property
    def forms(self) -> dict[tuple[str, str], str]:
        """Of a question on several forms: which form it is."""
        return told_apart(self.where, self.others, self.profile)

    @cached_property
    def reported(self) -> dict[str, Section]:
        """Of values that are part of a report: its column."""
        return reported(self.where, self.profile)

    @cached_property
    def headings(self) -> dict[str, Heading]:
        """Under which heading of a letter or list an entry stands."""
        return headings(self.where, self.profile)
