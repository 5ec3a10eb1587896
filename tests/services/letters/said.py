"""What receivers say of a letter, by the dice."""

from __future__ import annotations

import random

from mdo_portal.exchange import Receipt, ReceiptKind

YES, KEPT = Receipt(ReceiptKind.ACCEPTED, "AA", reference="ref-1"), Receipt(ReceiptKind.UNKNOWN, "CA")
MAILED = Receipt(ReceiptKind.UNKNOWN, "mailed")
NO = [Receipt(ReceiptKind.REFUSED, code) for code in ("AE", "CE", "303", "unsendable")]
NOT_NOW = [Receipt(ReceiptKind.LATER, code) for code in ("unreachable", "certificate", "AR", "token 401", "LetterFailed")]
NOT_NOW += [Receipt(ReceiptKind.LATER, "429", wait_seconds=300)]
NO_ANSWER = [Receipt(ReceiptKind.UNKNOWN, code) for code in ("timeout", "foreign", "200", "202", "502")]


def said(dice: random.Random, *, is_there: bool, refuses_doubles: bool = False) -> tuple[Receipt, bool]:
    """The answer, and whether the letter came there with it. What is there already is refused no more, but by who says no to a double."""
    if is_there:
        return dice.choice([YES, YES, KEPT, *(NO if refuses_doubles else ()), *NOT_NOW, *NO_ANSWER]), True
    answer = dice.choice([YES, YES, YES, KEPT, KEPT, *NO[:2], *NOT_NOW[:2], *NO_ANSWER[:2], *NO, *NOT_NOW, *NO_ANSWER])
    return answer, answer in (YES, KEPT) or (answer in NO_ANSWER and dice.random() < 0.6)


def said_of_a_mail(dice: random.Random) -> Receipt:
    """That a letter lies ready here: no system has it by that."""
    return dice.choice([MAILED, MAILED, Receipt(ReceiptKind.LATER, "unreachable"), Receipt(ReceiptKind.REFUSED, "550")])
