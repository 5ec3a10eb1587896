"""The number of a document where somebody stands in its place, or where it stands early and what it replaces does not."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, IncomingResult

from .few_lines import read

PDF = "OBX|1|ED|B^Brief||^application^pdf^Base64^JVBERi0xLjQKJVBERgo=||||||F"
WHO = "20777888067^Wit^Marie-Claire^^^Dr."


def numbers(event: str, txa: str) -> tuple[str, str]:
    """(number, what it replaces) of the document."""
    found = read(f"MDM^{event}", txa, PDF)
    assert isinstance(found, IncomingResult | IncomingReferral)
    (document,) = found.documents
    return document.reference, document.replaces


def test_who_wrote_a_document_is_not_its_number() -> None:
    """All letters of one doctor would be one, each in the place of the one before; and all whom he registers one referral."""
    early = f"TXA|1|BR^Brief|TX|20260510095000|{WHO}||20260510100000|ED|DOC-1|||{WHO}||||AU"
    assert numbers("T02", early) == ("DOC-1", "")
    assert numbers("T02", f"TXA|1|BR^Brief|TX|20260510095000||||||||{WHO}|||||AU") == ("", "")
    registers = read("MDM^T02", early.replace("BR^Brief", "AM^Aanmelding MDO mamma"), PDF)
    assert isinstance(registers, IncomingReferral)
    assert registers.number == "DOC-1"


@pytest.mark.parametrize("number", ["D1^ZEED^1.2.3^ISO", "D1^ZEED^ZEED^L", "D1^ZEED", "^^D1", "D1^EPIC^EPIC^DNS"])
def test_who_gave_a_number_is_nobody(number: str) -> None:
    assert numbers("T02", f"TXA|1|BR^Brief|TX|20260510||||||||{number}|||||AU") == ("D1", "")


def test_who_gave_a_number_may_stand_in_capitals_behind_it_without_its_kind() -> None:
    """Without its number a document is never replaced nor withdrawn. Who wrote it stands in a field of people too."""
    assert numbers("T10", "TXA|1|BR^Brief|TX|20260510||||||||D2^HIX^ZEED|D1^HIX^ZEED||||AU") == ("D2", "D1")
    assert numbers("T10", "TXA|1|BR^Brief|TX|20260510||||||||123^Chipsoft^Antonius|122^Chipsoft^Antonius||||AU") == ("123", "122")
    assert numbers("T02", "TXA|1|BR^Brief|TX|20260510||||||||777^Wit^Antonius|||||AU") == ("", "")
    assert numbers("T02", "TXA|1|BR^Brief|TX|20260510|||||777^WIT^ANNA|||777^WIT^ANNA|||||AU") == ("", "")


def test_somebody_who_is_called_as_a_system_is_shortened_is_somebody() -> None:
    """All that she wrote had the same number, and each letter took the place of the one before."""
    assert numbers("T02", "TXA|1|BR^Brief|TX|20260510||||||||777^Lis^Anna|||||AU")[0] != "777"
    assert numbers("T02", "TXA|1|BR^Brief|TX|20260510||||||||123^LIS^Antonius|||||AU")[0] == "123"


def test_a_number_that_stands_early_replaces_what_stands_in_its_own_place() -> None:
    assert numbers("T10", "TXA||BR^Brief|TX||||||||NEW-2||OLD-1|||AU") == ("NEW-2", "OLD-1")
    assert numbers("T10", "TXA||BR^Brief|TX||||||||NEW-2|OLD-1||||AU") == ("NEW-2", "OLD-1")
