"""What a letter that refers asks at its end, in a sentence and without a heading. Looked for only where nothing else asks."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.headings import is_report
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import is_in_error
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.patient import another_in_words
from integrations.fhir.meaning.written import first_page, letter_title
from integrations.fhir.resources.told import narrative, sections
from integrations.fhir.text.headed import heads_a_question
from integrations.fhir.text.values import concept, text
from integrations.letter_end import asked_at_end
from integrations.rich_text import words_in
from integrations.salutation import unsigned


def asked_in_letters(reading: Reading, found: Gathered) -> str:
    """The last sentences of the first letter that asks; "" where there is none. One with a place for the question asks there or nowhere."""
    for words in (*_letters(reading), *_files(reading, found)):
        if not heads_a_question(words, reading.profile) and (asked := asked_at_end(unsigned(words)[0])):
            return asked
    return ""


def _letters(reading: Reading) -> Iterator[str]:
    """The texts of letters that refer by their title, below no heading that has a place of its own."""
    for one in reading.where.of_kind("Composition"):
        own, is_of_another = one.resource, one.place in reading.others or another_in_words(one.resource, reading.patient)
        if is_of_another or is_in_error(own) or is_report(one, reading.profile) or not reading.profile.refers(letter_title(one)):
            continue
        yield first_page(own)
        for part, above in sections(own):
            title = text(part.get("title")) or concept(part.get("code"))
            if not above and (not title or reading.profile.refers(title)):
                yield narrative(part)


def _files(reading: Reading, found: Gathered) -> Iterator[str]:
    for paper in found.documents:
        if paper.kind == "referral letter" and paper.status != "withdrawn":
            is_plain = paper.media_type.lower().startswith("text/plain")
            yield paper.content.decode(errors="replace") if is_plain else words_in(paper.content)
