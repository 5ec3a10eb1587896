"""Documents of a case that are told anew: replaced or withdrawn ones stay, shown as such, whether they came as a file or as words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from mdo_portal.domain.case import CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.exchange import Fact, IncomingDocument, IncomingResult, Section
from mdo_portal.services.dossier import document_versions, documents, over_before, result_facts
from mdo_portal.services.dossier.over_before import ANNOUNCED, GONE
from mdo_portal.services.dossier.result_facts import is_under, said
from mdo_portal.services.dossier.telling import Telling


def add(telling: Telling, result: IncomingResult) -> set[str]:
    """Add the documents, after the results: their words are results. Returns the events."""
    known = _of_case(telling)
    happened: set[str] = set()
    for order in result.withdrawn:
        happened |= _set_status(telling, [one for one in known if one.reference.startswith(f"{order}/")], GONE)
    rows = [one for one in result_facts.of_case(telling) if one.source_key]
    told = {fact.key for fact in result.facts if fact.key}
    came = {document_versions.digest_of(document.content) for document in result.documents if document.content}
    for document in result.documents:
        # several documents of one message may share its number, and come again together
        others = [one for one in known if one.sha256 not in came or not document.content]
        earlier = [one for one in others if one.reference and one.reference in _over_by(document)]
        words = [one for one in _words(document, rows) if one.source_key not in told]
        happened |= _over_before(telling, document, known, rows)
        if document.content:
            happened |= _with_content(telling, document, known, earlier, words)
        elif document.status == GONE:
            happened |= _gone(telling, earlier, _words(document, rows))
        elif any(fact.text and is_under(fact.key, document.reference) for fact in result.facts):
            happened |= _replaced(telling, earlier, words)
        else:
            happened |= _without_content(telling, document, earlier, words)
    return happened


def _over_by(document: IncomingDocument) -> tuple[str, ...]:
    """The numbers of what it is, or takes the place of; what is over takes along the addendum that was sent under its own number."""
    own, before = document.reference, document.replaces
    gone = own if document.status == GONE else ""
    return (own, before, *(f"{name}/&" for name in {gone, before} - {""}))


def _over_before(
    telling: Telling, document: IncomingDocument, known: Sequence[CaseDocument], rows: Sequence[CaseFact]
) -> set[str]:
    """What it takes back or the place of, and is not here."""
    is_gone = document.status == GONE and not document.content
    name = document.replaces if document.replaces != document.reference else ""
    name = (name or document.reference) if is_gone else name
    is_over = over_before.document_is_over(telling, name, {one.reference for one in known}, rows, GONE if is_gone else "")
    return {"document.withdrawn"} if is_over and is_gone else set()


def _of_case(telling: Telling) -> list[CaseDocument]:
    """As the database has them: storing the same bytes again changes a row behind the session's back."""
    query = select(CaseDocument).where(CaseDocument.case_id == telling.case.id)
    return list(telling.session.scalars(query.execution_options(populate_existing=True)))


def _words(document: IncomingDocument, rows: Sequence[CaseFact]) -> list[CaseFact]:
    """What stands as words of this document, or of the one it replaces."""
    present = (one for one in rows if one.superseded_at is None)
    return [one for one in present if any(is_under(one.source_key, name) for name in (document.reference, document.replaces))]


def _with_content(
    telling: Telling,
    document: IncomingDocument,
    known: Sequence[CaseDocument],
    earlier: Sequence[CaseDocument],
    words: Sequence[CaseFact],
) -> set[str]:
    at, message_id = telling.source.at, telling.source.message_id
    same = document_versions.digest_of(document.content)
    if any(one.sha256 == same and not telling.is_after(one) for one in known):
        return set()  # an older word on what stands here: replaced or withdrawn it stays so
    added = documents.add(telling.session, telling.case, document, telling.source)
    is_new = added not in {one.id for one in known}
    others = [one for one in earlier if one.id != added and (message_id is None or one.message_id != message_id)]
    over = over_before.over(telling, document.reference, result_facts.of_case(telling)) if is_new else None
    is_late = is_new and any(one.reference == document.reference and not telling.is_after(one) for one in others)
    if is_late or over is not None:
        row = telling.session.get_one(CaseDocument, added)
        row.superseded_at, row.status = at, GONE if over is not None and over.status == GONE else row.status
        others = [one for one in others if one.reference != document.reference]  # what it took the place of is over all the same
        words = [one for one in words if not is_under(one.source_key, document.reference)]
    _replaced(telling, others, words)
    return {said(document.status, "document", known=bool(earlier or words) and not is_late)} if is_new else set()


def _replaced(telling: Telling, earlier: Sequence[CaseDocument], words: Sequence[CaseFact]) -> set[str]:
    """Another document, or another version of it, took their place."""
    changed = [one for one in earlier if one.superseded_at is None and telling.is_after(one)]
    for one in changed:
        one.superseded_at = telling.source.at
    had_words = result_facts.supersede(telling, words)
    return {"document.corrected"} if changed or had_words else set()


def _gone(telling: Telling, earlier: Sequence[CaseDocument], words: Sequence[CaseFact]) -> set[str]:
    had_words = result_facts.withdraw(telling, [one for one in words if telling.is_after(one)])
    return _set_status(telling, earlier, GONE) | ({"document.withdrawn"} if had_words else set())


def _without_content(
    telling: Telling, document: IncomingDocument, earlier: Sequence[CaseDocument], words: Sequence[CaseFact]
) -> set[str]:
    """The hospital tells of a document without sending it: its new status, that it exists, or that it replaces one that is here."""
    own = [one for one in earlier if one.reference == document.reference]
    own_words = [one for one in words if is_under(one.source_key, document.reference) and one.source_key != document.reference]
    if own or own_words:
        return _set_status(telling, own, document.status) | _words_status(telling, own_words, document.status)
    text = " ".join(filter(None, (document.title, document.reference)))
    if any((one.source_key, one.text, one.status) == (document.reference, text, document.status) for one in words):
        return set()
    _replaced(telling, earlier, words)
    telling.add(Fact(Section.OTHER, text, ANNOUNCED, document.dated_on, key=document.reference, status=document.status))
    return {said(document.status, "document", known=False)}


def _words_status(telling: Telling, rows: Sequence[CaseFact], status: str) -> set[str]:
    """The status of the whole document; what was said of one line by itself (corrected, unobtainable) stays."""
    changed = [one for one in rows if one.status != status and one.status in ("", "preliminary") and telling.is_after(one)]
    for one in changed:
        one.status = status
    return {"document.changed"} if changed else set()


def _set_status(telling: Telling, rows: Sequence[CaseDocument], status: str) -> set[str]:
    changed = [one for one in rows if one.status != status and telling.is_after(one)]
    for one in changed:
        one.status = status
        one.superseded_at = (one.superseded_at or telling.source.at) if status == GONE else one.superseded_at
    if not changed:
        return set()
    return {"document.withdrawn" if status == GONE else "document.changed"}
