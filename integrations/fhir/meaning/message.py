"""From one message to what it is: a referral, an addition to one that was sent before, a result, or a notice that data lie ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry, bundles_in, entries_of
from integrations.fhir.entries.history import newest
from integrations.fhir.entries.modified import without_modified
from integrations.fhir.entries.people import patient_identity
from integrations.fhir.entries.task import is_notice, question_of, read_notice
from integrations.fhir.meaning.addition import read_addition
from integrations.fhir.meaning.choosing import has_request, with_contained
from integrations.fhir.meaning.numbers_in_words import without_numbers
from integrations.fhir.meaning.referral import read_referral
from integrations.fhir.meaning.result import read_result
from integrations.fhir.meaning.sieve import HELPERS
from integrations.fhir.meaning.wrapping import deleted_request, items_in, left_around, with_deletions
from integrations.fhir.text.clock import clocked
from integrations.fhir.text.judge import problem
from integrations.fhir.text.moments import moment
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, text
from mdo_portal.exchange import Incoming, IncomingAnswer, IncomingReferral, IncomingResult, PatientIdentity, Unreadable

BUNDLE_TYPES = {"transaction", "batch", "collection", "message", "document", "searchset", "history"}
_REFUSED = {"batch-response": "no_request", "transaction-response": "no_request", "subscription-notification": "wrong_version"}
"""Kinds that are in order and ask nothing here: an answer to what somebody wrote, and what R5 tells a subscriber."""
ADDITIONS = {"Communication", "DocumentReference", "QuestionnaireResponse", "DiagnosticReport", "Observation"}
"""What may be added to a referral that was sent before."""


def read_message(tree: Node, profile: Profile) -> Incoming:
    """As `_read`; what the message asks to do to a resource without sending it is named, and what it deletes is taken back."""
    tree, older = newest(tree)
    bundles = tuple(bundles_in(tree))
    read = _read(tree, bundles, profile)
    if not isinstance(read, IncomingReferral | IncomingAnswer | IncomingResult):
        return read
    items = items_in(bundles)
    left = tuple(left_around(tree, bundles, items, older))
    read = without_numbers(read, tree)
    return with_deletions(replace(read, unmapped=(*read.unmapped, *left)) if left else read, items)


def _read(tree: Node, bundles: Sequence[tuple[str, Node]], profile: Profile) -> Incoming:
    """Understand one message: a referral, an answer to a question or documents for a referral, results, or a notice that data lie ready.
    `bundles`: of the message, with their places.

    Raises Unreadable: no_request, wrong_version, no_patient, split, too_many_entries or broken.
    """
    if tree.get("resourceType") == "Bundle" and (kind := text(tree.get("type"))) not in {*BUNDLE_TYPES, ""}:
        raise Unreadable(_REFUSED[kind], f"Bundle.type {kind}") if kind in _REFUSED else Unreadable("broken", "Bundle.type")
    entries = entries_of(tree)
    kinds = {entry.kind for entry in entries}
    said = [one for at, one in bundles if not (at.startswith("Bundle/") and text(one.get("type")) == "document")]
    bundled = next(filter(None, (moment(one.get("timestamp")) for one in said)), None)  # a document in it may be older
    if (result := read_result(entries, profile, bundled)) is not None:
        return result
    if kinds <= HELPERS and any(gone := deleted_request(one for _, one in bundles)):
        return IncomingReferral(
            patient=_alone(entries, profile),
            known_as=gone[0],
            number=gone[1],
            number_issuer=gone[2],
            cancelled=True,
            sent_at=bundled,
        )
    if not has_request(entries, profile):
        where = Addresses(entries)
        tasks = [entry for entry in entries if entry.kind == "Task"]
        notice = next((entry for entry in tasks if is_notice(entry.resource)), None)
        if notice is not None:
            return read_notice(_judged_task(notice, profile), where)
        is_answer = any(question_of(entry.resource) for entry in tasks)
        entries = entries if is_answer else with_contained(entries, profile)
        if (tasks or kinds & ADDITIONS) and not has_request(entries, profile):
            return read_addition(entries, tasks, profile, bundled)
    return read_referral(entries, profile, bundled)


def _alone(entries: tuple[Entry, ...], profile: Profile) -> PatientIdentity:
    """The patient who came along with nothing else. Raises Unreadable("no_patient") when several did."""
    found = [entry.resource for entry in entries if entry.kind == "Patient"]
    if len(found) > 1:
        raise Unreadable("no_patient", "Patient")
    return patient_identity(found[0], profile) if found else PatientIdentity()


def _judged_task(entry: Entry, profile: Profile) -> Entry:
    """Raises Unreadable("broken") when it is no Task of this version."""
    written = replace(entry, resource=clocked(entry.resource))
    if found := without_modified(written).refused.get(entry.place) or problem(written.resource, profile.version):
        raise Unreadable("broken", f"{entry.place}: {found}")
    return written
