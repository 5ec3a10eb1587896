"""The door for incoming FHIR: bytes in, border values out. JSON or XML; the version is the link's, never guessed."""

from __future__ import annotations

from integrations.fhir.entries.bundle import entries_of
from integrations.fhir.entries.envelope import flaws
from integrations.fhir.entries.people import identifiers
from integrations.fhir.in_turn import MOST_NUMBERS, patient_numbers, referral_names
from integrations.fhir.meaning.message import read_message
from integrations.fhir.meaning.places import numbers_at, own_number_places
from integrations.fhir.meaning.request import KINDS
from integrations.fhir.meaning.wrapping import deleted_urls
from integrations.fhir.text import at_address, xml_reader
from integrations.fhir.text.json_gate import MAX_PIECES, load
from integrations.fhir.text.profile import is_of_another_wire, load_profile
from integrations.fhir.text.spelled import spelled
from integrations.fhir.text.truths import truthful
from integrations.fhir.text.values import Node, listed, node, nodes, text
from integrations.xml_gate import looks_like_xml
from mdo_portal.exchange import Incoming, MessageHeader, Unreadable

_TOLD_BY = ("MessageHeader", "Patient", "Task", *KINDS.values(), "DocumentReference", "DiagnosticReport")
"""Resources that say what the header of a message is: who sent it, and about whom. Where no patient came along, any may say that."""


class FhirReader:
    """exchange.Reader for FHIR R4 and STU3."""

    def header(self, raw: bytes) -> MessageHeader:
        """What is needed to keep, answer and recognise the message. Raises Unreadable: no_header, broken, too_many_entries,
        too_many_numbers.

        `kind` is `Bundle/transaction` or the resource type; `control_id` is "" when the sender gave none.
        """
        tree = _named(xml_reader.load_loosely(raw) if looks_like_xml(raw) else load(raw, most=MAX_PIECES))
        entries = tuple(entry for entry in entries_of(tree, only=_TOLD_BY) if entry.kind in _TOLD_BY)
        if not any(entry.kind == "Patient" for entry in entries):
            entries = entries_of(tree)
        head = next((entry.resource for entry in entries if entry.kind == "MessageHeader"), {})
        destination = next(iter(nodes(head.get("destination"))), {})
        kinds = (text(tree.get("resourceType")), text(tree.get("type")) if tree["resourceType"] == "Bundle" else "")
        return MessageHeader(
            kind="/".join(filter(None, kinds)),
            control_id=_control_id(tree, head),
            sending_application=text(node(head.get("source")).get("name")) or text(node(head.get("source")).get("endpoint")),
            sending_facility=text(node(head.get("sender")).get("display")) or text(node(tree.get("meta")).get("source")),
            receiving_application=text(destination.get("name")) or text(destination.get("endpoint")),
            receiving_facility=text(node(destination.get("receiver")).get("display")),
            patient_numbers=patient_numbers(entries),
            referral_names=referral_names(entries, deleted_urls(tree)),
            parts=_parts(tree),
            flaws=flaws(tree),
        )

    def numbers(self, raw: bytes, profile: str) -> tuple[tuple[str, str], ...]:
        """The patient's numbers at the profile's own places in the Patient, where it has those."""
        try:
            paths = own_number_places(load_profile(profile))
            tree = (xml_reader.load_loosely(raw) if looks_like_xml(raw) else load(raw)) if paths else {}
            found = numbers_at(paths, entries_of(tree))[:MOST_NUMBERS] if paths else ()
            return tuple(("", number) for number in found)
        except (KeyError, ValueError, Unreadable):
            return ()  # whoever reads the message tells a person

    def repeats(self, kind: str, profile: str) -> tuple[str, ...]:
        """FHIR has no such answer."""
        return ()

    def charset(self, raw: bytes, profile: str, charset: str = "") -> str:
        """FHIR JSON is UTF-8 by its standard."""
        return "utf-8"

    def read(self, raw: bytes, profile: str, charset: str = "") -> Incoming:
        """Understand a message. FHIR JSON is UTF-8 by its standard: `charset` changes nothing.

        Raises Unreadable: other_wire, no_header, broken, too_many_entries, wrong_version, no_request, no_patient, split;
        ValueError when there is no such profile.
        """
        if is_of_another_wire(profile):
            raise Unreadable("other_wire")
        flavour = load_profile(profile)
        return read_message(tree_of(raw, flavour.version), flavour)


def tree_of(raw: bytes, version: str) -> Node:
    """The message as the tree that JSON gives, of JSON and of XML. Raises Unreadable: no_header, broken."""
    if looks_like_xml(raw):
        return spelled(_named(xml_reader.load(raw, version)))
    return spelled(_named(truthful(load(raw.replace(_BREAK_OF_V2, rb"\n")))))


_BREAK_OF_V2 = rb"\\.br\\"
"""`\\.br\\`, as JSON writes it: what carries words of HL7 v2 over leaves the end of a line so."""


def numbers_of(raw: bytes) -> tuple[tuple[str, str], ...]:
    """(system, value) of every identifier of the resource or Bundle itself; none when it is no FHIR. A system that was not sent is "".

    Of what was written at its own address (text/at_address.py) those of the resource.
    """
    tree = at_address.loosely(raw)
    found = nodes((at_address.alone(tree) or tree).get("identifier"))
    return tuple((text(one.get("system")), text(one.get("value"))) for one in found)


def _named(tree: Node) -> Node:
    if not text(tree.get("resourceType")):
        raise Unreadable("no_header", "resourceType")
    return tree


def _control_id(tree: Node, head: Node) -> str:
    """Bundle.identifier (a list by mistake is read too), else the id of the message, else of the Bundle."""
    named = next((value for _, value in identifiers(tree)), "")
    return named or text(head.get("id")) or text(tree.get("id"))


def _parts(tree: Node) -> int:
    """How many entries a Bundle has, also those that carry nothing: a transaction is answered one by one."""
    return len(listed(tree))
