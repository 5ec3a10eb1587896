"""What a person in the room does next, by chance: what somebody does who sees what is on the screen now."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from playwright.sync_api import Locator

from tests.monkey.desks import Desk, Sight, Typing
from tests.people import PASSWORD

LEADS, TAKES_PART = "jknnndddhxrbsz", "jkrdz"
PARTS = (1, 2, 3, 6, 40)
CAPITALS, KEYS = "ABCEFGLMOPQUWYZ", "ndhjkrxbst"
Deed = Callable[[Desk, Random, Sight], str]


class People:
    """What they typed so far, and how often somebody asked for a recommendation."""

    def __init__(self) -> None:
        self.words: dict[str, tuple[str, str]] = {}  #: typed to the end: where, and by whom
        self.broken: set[str] = set()  #: of which a part may be anywhere
        self.asked = 0

    def act(self, desk: Desk, chance: Random) -> str:
        sight = desk.sees()
        if sight["isCovered"]:
            return "sees that the session is over"
        if not sight["isRoom"]:
            return self._elsewhere(desk, chance, sight)
        if desk.typing:
            return self._types_on(desk, chance, sight)
        if sight["dialog"]:
            return _in_dialog(desk, chance, sight)
        return self._in_text(desk, chance, sight) if sight["types"] else self._free(desk, chance, sight)

    def _elsewhere(self, desk: Desk, chance: Random, sight: Sight) -> str:
        self.gives_up(desk)
        password = desk.page.get_by_label("Uw wachtwoord")
        if sight["where"].endswith("/sign") and password.count() and chance.random() < 0.7:
            password.fill(PASSWORD, timeout=1500)
            desk.page.keyboard.press("Enter")
            return "signs"
        desk.page.goto(desk.address, wait_until="commit")
        desk.chose = False
        return f"goes to the room from {sight['where'].rpartition('/')[2]}"

    def gives_up(self, desk: Desk) -> None:
        if desk.typing:
            self.broken.add(desk.typing.word)
            desk.typing = None

    def _types_on(self, desk: Desk, chance: Random, sight: Sight) -> str:
        typing = desk.typing
        assert typing
        if sight["focus"] != typing.place:
            note = typing.place.removeprefix("note ")
            if note not in desk.refused and note not in desk.held.stored().frozen:
                desk.wrong(desk.name, f"typed {typing.word!r} in {typing.place}, and is taken from it to {sight['focus']!r}")
            self.gives_up(desk)
            return "was interrupted"
        return self.types(desk, chance.choice(PARTS))

    def types(self, desk: Desk, count: int) -> str:
        typing = desk.typing
        assert typing
        part, typing.rest = typing.rest[:count], typing.rest[count:]
        desk.page.keyboard.type(part)
        if not typing.rest:
            self.words[typing.word] = (typing.place, desk.name)
            desk.typing = None
        return f"types {part!r}"

    def _in_text(self, desk: Desk, chance: Random, sight: Sight) -> str:
        what = chance.choices(("leaves", "beside", "caret", "undo", "begins"), (50, 10, 10, 4, 26))[0]
        if what == "begins":
            return self._begins(desk, chance, sight)
        if what == "undo":
            return self._takes_back(desk)
        if what == "caret":
            desk.page.keyboard.press(chance.choice(("Home", "End", "Control+Home", "ArrowUp", "ArrowLeft")))
            return "moves the caret"
        if what == "beside":
            return _click(desk.page.locator("#conclusion-title"), "clicks beside the text")
        desk.page.keyboard.press("Escape")
        keys = self._keys(desk, chance, sight) if chance.random() < 0.6 and not desk.sees()["types"] else ""
        return f"leaves the text {keys}"

    def _takes_back(self, desk: Desk) -> str:
        """Undo takes what this person typed since the page was loaded, and of nobody else; in a field without text of its own the browser
        takes the last of what was typed anywhere on the page."""
        self.broken |= {word for word, (_, who) in self.words.items() if who == desk.name}
        desk.page.keyboard.press("Control+z")
        return "takes back what they typed"

    def _begins(self, desk: Desk, chance: Random, sight: Sight) -> str:
        place = str(sight["focus"])
        if not place.startswith(("note ", "form ")):
            return f"has nothing to say in {place}"
        if place.startswith("form ") or chance.random() < 0.5:
            desk.page.keyboard.press("Control+End")
        letters = KEYS if chance.random() < 0.3 and place.startswith("note ") else CAPITALS
        number = len(self.words) + len(self.broken) + 1
        word = "".join(chance.choice(letters) for _ in range(chance.choice((5, 8, 14, 30)))) + f"{number:03d}Z"
        desk.typing = Typing(word, word + " ", place)
        return f"begins {word!r} in {place}"

    def _free(self, desk: Desk, chance: Random, sight: Sight) -> str:
        deeds: dict[Deed, int] = {
            self._keys: 45, self._picks_a_text: 25, _document: 8, _row: 4, _reload: 3, _back_to_chair: 3, _fold: 4, _back: 2, _bar: 3,
            _moves_focus: 3, _undo: 4, _closes_or_reopens: 1,
        }  # fmt: skip
        return chance.choices(list(deeds), list(deeds.values()))[0](desk, chance, sight)

    def _picks_a_text(self, desk: Desk, chance: Random, _sight: Sight) -> str:
        notes = desk.page.locator("#room-conclusion .cm-content[contenteditable=true]")
        fields = desk.page.locator("#room-advice details[open] :is(textarea, input[name=condition], input[name=responsible])")
        texts = fields if fields.count() and chance.random() < 0.4 else notes
        if not texts.count():
            return "finds nothing to type in"
        told = _click(texts.nth(chance.randrange(texts.count())), "picks a text")
        sight = desk.sees()
        return f"{told}, {self._begins(desk, chance, sight) if sight['types'] else 'which takes no text'}"

    def _keys(self, desk: Desk, chance: Random, _sight: Sight) -> str:
        pressed = ""
        for _ in range(chance.choice((1, 1, 2))):
            sight = desk.sees()
            if not sight["isRoom"] or sight["types"] or sight["dialog"]:
                break
            pressed += self._key(desk, chance.choice(LEADS if desk.seat.leads else TAKES_PART))
        return f"presses {pressed}"

    def _key(self, desk: Desk, key: str) -> str:
        self.asked += key == "r"
        desk.page.keyboard.press(key)
        return key


def _click(what: Locator, told: str) -> str:
    what.first.click(no_wait_after=True, timeout=1500, force=True)
    return told


def _any(what: Locator, chance: Random, told: str) -> str:
    count = what.count()
    return _click(what.nth(chance.randrange(count)), told) if count else f"{told}: there is none"


def _in_dialog(desk: Desk, chance: Random, sight: Sight) -> str:
    if not sight["dialog"].startswith("outcome-") or chance.random() < 0.5:
        desk.page.keyboard.press("Escape")
        return f"closes {sight['dialog']}"
    if not sight["types"]:
        desk.wrong(desk.name, f"{sight['dialog']} is open, and focus is at {sight['focus']!r}")
    desk.page.keyboard.type(f"Z{chance.randrange(99)}")
    desk.page.keyboard.press("Enter")
    return f"sends {sight['dialog']}"


def _document(desk: Desk, chance: Random, _sight: Sight) -> str:
    return _any(desk.page.locator(".room-documents a"), chance, "opens a document")


def _row(desk: Desk, chance: Random, _sight: Sight) -> str:
    desk.chose = True
    return _any(desk.page.locator("#room-agenda-list a"), chance, "looks at a case")


def _reload(desk: Desk, _chance: Random, _sight: Sight) -> str:
    desk.page.reload(wait_until="commit")
    return "loads the page anew"


def _back_to_chair(desk: Desk, _chance: Random, sight: Sight) -> str:
    if sight["follows"]:
        return "follows already"
    desk.page.keyboard.press("t")
    desk.chose = (
        desk.chose and desk.is_offline
    )  # without a line the case stays where it is, and says that the portal does not answer
    return "goes back to the chair"


def _fold(desk: Desk, chance: Random, _sight: Sight) -> str:
    return _any(desk.page.locator("#room-advice details.fold > summary"), chance, "folds or unfolds")


def _back(desk: Desk, _chance: Random, _sight: Sight) -> str:
    desk.chose = True
    desk.page.go_back(wait_until="commit")
    return "goes a page back"


def _bar(desk: Desk, chance: Random, _sight: Sight) -> str:
    return _any(desk.page.locator(".live-bar:visible"), chance, "asks for what changed")


def _moves_focus(desk: Desk, chance: Random, _sight: Sight) -> str:
    desk.chose = True  # Enter on a row
    key = chance.choice(("Tab", "Enter", "Escape"))
    desk.page.keyboard.press(key)
    return f"presses {key}"


def _undo(desk: Desk, chance: Random, _sight: Sight) -> str:
    return _any(desk.page.locator(".outcomes button[value='']:visible"), chance, "takes the outcome back")


def _closes_or_reopens(desk: Desk, chance: Random, sight: Sight) -> str:
    ways = {"open": "/room/close", "closed": "/room/open"}
    there = desk.page.locator(f"#room-agenda form[action$='{ways.get(sight['meeting'], 'x')}'] button:visible")
    return _any(there, chance, f"closes or reopens the meeting, which is {sight['meeting']}")
