"""What a letter asks in a sentence, without a heading: most do so right before their greeting, some as soon as they begin.
The same over every wire.
"""

from __future__ import annotations

import re
from itertools import takewhile

from integrations.salutation import addressed

HEAD = r"[^\W\d_][\w/()-]*(?: [\w/()-]+){0,2}"
USUAL = re.compile(rf"{HEAD}:(?:\s.*)?")
"""A word or three with a colon: where the next paragraph begins."""
_SENTENCE = re.compile(r"(?<=[?!])\s+|(?<=\.)\s*\n\s*|(?<=[^.\s\x00][^.\s]\.)\s+(?=[^a-z])|\n(?=\s*[A-Z(\u2022*-])")
"""Where one ends: not behind `a.s.` or `i.v.m.`."""
_ITEM = r"[^\S\n]*(?:[-*\u2022]|\d{1,2}[.)]|[a-z]\))[^\n]+"
_LIST = re.compile(rf":\s*\n({_ITEM}(?:\n{_ITEM})*)")
"""Points below a colon: with the sentence that it ends they are one."""
_JOINED = "\x00"
_PARAGRAPH = re.compile(r"\n\s*\n")
_COURTESY = re.compile(
    r"tegemoet|\bvernem|bereikbaar|contact op|op de hoogte|(?:bij|voor|heeft u|mocht(?:en)?) (?:u )?(?:nog |verdere )?vragen|terugkoppel|"
    r"nadere? informatie|dank|retour|(?:in|ter) kennis|kopie|afschrift|(?:toe|op|door) ?(?:te )?st[ue]+r|upload|oproep|"
    r"he(?:eft|bt) ontvangen|bestemd|vernietig|ondertekend|\bbellen\b|\bhesitate\b|please (?:call|contact)|"
    r"^(?:cc|c\.c\.|bijlagen?)\b|^mocht|(?:laten weten|aangeven)(?! (?:of|wat|welke?|hoe)\b)",
    re.IGNORECASE,
)
"""What a letter says at its end to be polite, of itself, or asks to have done: that is no question to a board."""
_OF_A_BOARD = re.compile(
    r"bespre|advies|adviser|(?<!ter be)oorde|ter beoordeling(?! van\b)|mening|visie|"
    r"beleid|inbreng|overleg|meedenk|mee te denken|voorstel|behandel|opini|afweg|agender|"
    r"empfehl|beurteil|advice|discuss",
    re.IGNORECASE,
)
"""What somebody wants of a board: who only says please (`graag retour`) may want anything."""
_PLEASE = re.compile(
    r"\b(?:graag|gaarne|(?<!op )(?<!\bop \w{2} )(?<!eigen )verzoek(?:e|en)?|s\.?v\.?p|vra(?:ag|gen) (?:ik|wij|we|u|jullie)|"
    r"(?:ik|wij|we) vra(?:ag|gen)|wir bitten|be (?:most |very )?grateful|would appreciate|please)\b",
    re.IGNORECASE,
)
"""Who asks says so anywhere in the sentence. What is done at somebody's wish (`op verzoek van`) was asked."""
_FIRST = re.compile(r"(?:graag|gaarne|verzoeke?|s\.?v\.?p|please)\b(?! \w+ (?:ik|wij|we)\b)", re.IGNORECASE)
"""Who says please before all else; behind `graag informeer ik` may come anything."""
_WISHED = re.compile(
    r"\b(?:uw|jullie|your|ihre?n?|um|om|een|graag|gaarne|ter|tot|voor) (?:[^\W\d_]+ )?\w*"
    r"(?:advies|oordeel|oordeling|mening|visie|opini|voorstel|advice|empfehl|beurteil|afweging)|"
    r"\b(?:her)?bespre(?:ken|ek)\b|\bu (?:\S+ ){0,3}bespreekt\b|"
    r"\b(?:voor|om|ter|tot) \w*bespreking|agender|discuss|\boverleg(?:gen)?\b(?! zijn)|"
    r"me(?:e|de) ?(?:te )?denk|adviseren|beoordelen|inbreng|\bbespreking in\b|"
    r"graag,? (?:weten? )?(?:(?:ik|wij|we) )?(?:of|wat|welke?|hoe)\b",
    re.IGNORECASE,
)
"""What only a board, or who reads the letter, can give: there a please in the middle of a sentence asks. Treatment (`wij zetten de
behandeling graag voort`) and policy many tell of.
"""
_DIRECT = re.compile(
    r"\b(?:graag|gaarne|s\.?v\.?p\.?) (?:uw|jullie) (?:[^\W\d_]+ )?(?:advies|oordeel|beoordeling|mening|visie)|"
    r"\bbespre(?:ken|ekt) (?:in|op|bij) (?:\S+ ){0,2}\S*(?:mdo|mdt|moc)\b",
    re.IGNORECASE,
)
"""That is asked of a board, whatever stands before it."""
_OF_ANOTHER = re.compile(
    r"^(?:(?:de|zijn|haar) )?(?:hij|zij|ze|pati[eë]nte?|mevrouw|meneer|mw\.?|dhr\.?|echtgenote?|partner|dochter|zoon|familie) "
    r"(?:wil(?:de)?|zou|wenst|komt|gaat|heeft|is|verzoekt)\b(?! (?:ik|wij|we)\b)(?!.*(?:[;,:-]|\ben\b) ?(?:graag|gaarne))|"
    r"\bzie(?:n|t)? (?!uw|jullie)(?:\S+ ){0,3}graag\b(?! dat)|"
    r"^graag zien? |graag met (?:de (?!vraag)|hem|haar|pati)|\b(?:het|de) .{0,40}uitslag|"
    r"\b(?:geef|geven|adviseer|adviseren) (?:ik|wij|we)\b|\b(?:ik|wij|we) (?:geef|geven|adviseer|adviseren)\b|\bbereid\b|"
    r"^(?:bij (?!dez|dit|een|pati|haar|hem|mevr|mw)|(?:indien|als) (?!mogelijk|het kan))|\bop uw advies|\buw (?:vraag|verzoek)\b|"
    r"(?:vra(?:ag|gen)|verzoeken?) (?:aan )?(?:de |uw )?huisarts",
    re.IGNORECASE,
)
"""What somebody else wants, what he will see whom for, what is to be done if, or an answer: beside `graag` it asks no board."""
_WHETHER = re.compile(
    r"(?:\b(?:vraag (?:aan \w+ )?is|met de vraag|(?:ik|wij|we) vra(?:ag|gen) (?:me|mij|ons|u|jullie)(?: af)?),? (?:of|wat|welke?|hoe)\b)",
    re.IGNORECASE,
)
"""Who asks so needs no question mark."""
_TO_THE_READER = re.compile(r"^(?:graag|gaarne|verzoeke?|svp|s\.v\.p\.)\s|\b(?:u|uw|jullie|het mdo|collega\S*)\b", re.IGNORECASE)
_OF_THE_PATIENT = re.compile(
    r"vraag(?:t|de|den)? (?:hij |zij |ze |mw\.? |patiënte? )?zich|\bwil(?:de)? weten\b|\b(?:zij|hij|patiënte?|partner) vraagt\b",
    re.IGNORECASE,
)
_DISCUSS = re.compile(r"\bbespreken\b|\b(?:graag|gaarne) uw\b", re.IGNORECASE)
"""`Graag bespreken; hij is bekend bij de huisarts met COPD`: that is no question to a general practitioner."""
_OF_THE_GP = re.compile(r"(?:aan|bij|door|via) (?:de |uw )?huisarts", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:vroeg(?:en)?|eerder|destijds|werd|waren|was|heb(?:ben)?|had(?:den)?)\b", re.IGNORECASE)
"""Of what was asked, said or done."""
_WORDS = 3


def asked_at_end(said: str) -> str:
    """The sentences with which a letter (without its greeting) ends that ask; else those with which it begins that ask the reader."""
    paragraphs = list(filter(None, map(_sentences, _PARAGRAPH.split(_joined(addressed(said))))))
    if not paragraphs:
        return ""
    *before, last = paragraphs
    asking = _last_that_ask(last)
    told = last[: len(last) - len(asking)]
    if any(map(USUAL.fullmatch, told)):  # then it is of that heading, unless it asks the reader
        asking = list(filter(_TO_THE_READER.search, asking))
    if asking and not told and before and "?" not in "".join(asking):  # `Wij bespreken hem graag`: what, stands above it
        asking = [*filter(_TO_THE_READER.search, _last_that_ask(before[-1])), *asking]
    return "\n".join(asking or takewhile(_opens, paragraphs[0]))


def _last_that_ask(sentences: list[str]) -> list[str]:
    return [*takewhile(_asks, reversed(sentences))][::-1]


def _joined(text: str) -> str:
    return _LIST.sub(lambda found: ":" + f"\n{found[1]}".replace("\n", _JOINED), text)


def _sentences(paragraph: str) -> list[str]:
    each = (one.strip().replace(_JOINED, "\n") for one in _SENTENCE.split(paragraph))
    return [one for one in each if one and not _COURTESY.search(one)]


def _asks(sentence: str) -> bool:
    is_field = USUAL.fullmatch(sentence) and not (
        _PLEASE.match(sentence) and _WISHED.search(sentence)
    )  # `Graag bespreken: een wedge?`
    if is_field or (len(sentence.split()) < _WORDS and not _PLEASE.match(sentence)) or _OF_THE_PATIENT.search(sentence):
        return False  # a field of a form, or a doubt: `cT2N1?`
    return sentence.endswith("?") or _wants(sentence)


def _wants(sentence: str) -> bool:
    if _is_told(sentence) or (_OF_THE_GP.search(sentence) and not _DISCUSS.search(sentence)):
        return False
    if _FIRST.match(sentence):
        return _OF_A_BOARD.search(sentence) is not None
    if _OF_ANOTHER.search(sentence) and not _DIRECT.search(sentence):
        return False
    is_wished = all(one.search(sentence) for one in (_PLEASE, _OF_A_BOARD, _WISHED))
    return is_wished or _WHETHER.search(sentence) is not None


def _opens(sentence: str) -> bool:
    """Whether a sentence with which a letter begins asks a board: there many tell, and what they doubt is no question."""
    return _asks(sentence) and _OF_A_BOARD.search(sentence) is not None and not _is_told(sentence)


def _is_told(sentence: str) -> bool:
    """Whether it says what was asked or done; who begins with `graag` may say that too."""
    return _BEFORE.search(sentence) is not None and _PLEASE.match(sentence) is None
