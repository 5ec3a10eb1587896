"""Details of the access log that are built with a number, a name or a moment: one shape each, said in the reader's language.

What has no shape here is what somebody typed (a reason), and stands as it is. `tests/web/test_log_words.py` looks for the ones we forgot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from flask_babel import gettext

from mdo_portal.domain.identity import REFUSALS
from mdo_portal.domain.retention import Kind, Unit
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.errors import N_
from mdo_portal.web.letter_templates import AUDIENCE_WORDS
from mdo_portal.web.navigation import ROLE_WORDS
from mdo_portal.web.retention import KIND_WORDS, UNIT_WORDS
from mdo_portal.web.words import day, when

Names = Mapping[str, str]
_ROLES = {role.value: words for role, words in ROLE_WORDS.items()}
#: what was changed of a board or a hospital, as its form calls it
_FIELDS: dict[str, str] = {
    "code": N_("code"), "name": N_("naam"), "aliases": N_("andere namen"),
    "quorum": N_("wie er moet zijn"), "tumour_group": N_("tumorgroep"), "weekday": N_("dag"),
    "starts": N_("begintijd"), "minutes": N_("minuten per vergadering"), "minutes_per_case": N_("minuten per casus"),
    "closing_hours": N_("wanneer de aanmelding sluit"), "place": N_("zaal"), "video_url": N_("adres van de videovergadering"),
    "review_months": N_("om de hoeveel maanden rechten worden nagelopen"), "late_hours": N_("wanneer een brief te laat is"),
    "late_paper_days": N_("wanneer een brief op papier te laat is"), "objection_hours": N_("tijd voor een bedenking"),
    "follow_days": N_("wanneer voor opvolging wordt gewaarschuwd"), "folds_values": N_("losse waarden ingeklapt"),
    "city": N_("plaats"), "phone": N_("telefoon"), "ura": N_("URA"), "agb": N_("AGB"),
}  # fmt: skip
_SAID_BY_PROVIDER = {"acr": N_("niveau"), "amr": N_("wijze"), "role": N_("rolcode")}
_ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\dZ"


def said(act: str, detail: str, names: Names) -> str:
    """The detail in words, or as it is. `names`: of hospitals, boards and people, by id."""
    if act in ("sign_in.refused", "confirm.refused"):
        code, _, rest = detail.partition(" ")
        if code in REFUSALS:
            return f"{gettext(REFUSALS[code])} {rest}".strip()
        return gettext("het antwoord van de aanmelddienst klopte niet (%(code)s)", code=detail) if detail else ""
    for pattern, words in _SHAPES:
        if found := pattern.fullmatch(detail):
            return words(found, names)
    return detail


def _changes(found: re.Match[str], names: Names) -> str:
    return ", ".join(_change(one, names) for one in found[0].split(", "))


def _change(one: str, names: Names) -> str:
    what, _, which = one.partition(" ")
    if what == "joined":
        return str(gettext("%(hospital)s neemt deel", hospital=names.get(which, which)))
    if what == "left":
        return str(gettext("%(hospital)s neemt niet meer deel", hospital=names.get(which, which)))
    return str(gettext(_FIELDS[one]))


def _role_change(found: re.Match[str], names: Names) -> str:
    place = names.get(found["place"], gettext("MDO") if found["kind"] == "board" else gettext("ziekenhuis"))
    return f"{place}: {_role(found['before'])} → {_role(found['after'])}"


def _role(side: str) -> str:
    """`member 2027-01-01..` or `-`."""
    role, _, term = side.partition(" ")
    words = gettext(_ROLES[role]) if role in _ROLES else gettext("geen rol") if role == "-" else role
    first, _, last = (_day(text) for text in term.partition(".."))
    if first:
        words += " " + gettext("vanaf %(day)s", day=first)
    return words + (" " + gettext("tot en met %(day)s", day=last) if last else "")


def _day(text: str) -> str:
    return day(date.fromisoformat(text)) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text.strip(".")


def _moment(text: str) -> str:
    return when(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC))


def _moved(found: re.Match[str], _: Names) -> str:
    if not found["before"]:
        return str(gettext("vergadering toegevoegd: %(moment)s", moment=_moment(found["after"])))
    if found["before"] == found["after"]:
        return str(gettext("zaal, adres of duur gewijzigd"))
    return str(gettext("verzet van %(before)s naar %(after)s", before=_moment(found["before"]), after=_moment(found["after"])))


def _term(found: re.Match[str], _: Names) -> str:
    kind, unit = gettext(KIND_WORDS[Kind(found["kind"])][0]), gettext(UNIT_WORDS[Unit(found["unit"])])
    return f"{kind}: {found['before']} → {found['after']} {unit}: {found['reason']}"


def _template(found: re.Match[str], _: Names) -> str:
    audience = gettext(AUDIENCE_WORDS[next(one for one in AUDIENCE_WORDS if one.value == found["audience"])])
    words = gettext("%(letter)s, versie %(n)s", letter=audience, n=found["n"])
    out_of_use = gettext("buiten gebruik")
    return f"{words} ({out_of_use})" if found["out"] else words


def _vouched(found: re.Match[str], _: Names) -> str:
    parts = (part.partition("=") for part in found[0].split(", "))
    return ", ".join(f"{gettext(_SAID_BY_PROVIDER[name])} {value}" for name, _, value in parts)


def _all(found: re.Match[str], _: Names) -> str:
    reason = gettext(UNREADABLE_REASONS.get(found["reason"], found["reason"]))
    if found["aside"]:
        return str(gettext("alle terzijde gelegd: %(reason)s", reason=reason))
    return str(gettext("alle opnieuw aangeboden: %(reason)s", reason=reason))


def _purged(found: re.Match[str], _: Names) -> str:
    return f"{gettext(KIND_WORDS[Kind(found['kind'])][0])}: {found['n']}"


_WIRES = {"hl7v2": "HL7 v2", "fhir": "FHIR"}
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Names], str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"elsewhere: (?P<n>\d+)", lambda found, _: gettext("elders afgemeld: %(n)s", n=found["n"])),
        (r"pdf version (?P<n>\d+)", lambda found, _: gettext("als PDF, versie %(n)s", n=found["n"])),
        (rf"(?P<kind>board|hospital) (?P<place>{_ID}): (?P<before>.+) -> (?P<after>.+)", _role_change),
        (rf"({'|'.join(_FIELDS)}|(joined|left) {_ID})(, ({'|'.join(_FIELDS)}|(joined|left) {_ID}))*", _changes),
        (rf"((?P<before>{_MOMENT}) > )?(?P<after>{_MOMENT})", _moved),
        (
            rf"(?P<kind>{'|'.join(Kind)}): (?P<before>\d+) → (?P<after>\d+) (?P<unit>{'|'.join(Unit)}): (?P<reason>.*)",
            _term,
        ),
        (rf"(?P<kind>{'|'.join(Kind)}): (?P<n>\d+)", _purged),
        (
            rf"(?P<audience>{'|'.join(one.value for one in AUDIENCE_WORDS)}): version (?P<n>\d+)(?P<out> \(out of use\))?",
            _template,
        ),
        (rf"({'|'.join(_SAID_BY_PROVIDER)})=.+", _vouched),
        (r"(?P<aside>ignore )?all (?P<reason>\w+)", _all),
        (rf"link for (?P<who>{_ID})", lambda found, names: gettext("link voor %(name)s", name=names.get(found["who"], "…"))),
        (r"bound (?P<what>.+)", lambda found, _: gettext("certificaat gebonden: %(what)s", what=found["what"])),
        (r"withdrew (?P<what>.+)", lambda found, _: gettext("certificaat ingetrokken: %(what)s", what=found["what"])),
        (
            r"accepted unencrypted messages until (?P<day>[\d-]+)",
            lambda found, _: gettext("onbeveiligde berichten aanvaard tot en met %(day)s", day=_day(found["day"])),
        ),
        (r"(?P<wire>\w+) (?P<n>\d+) bytes", lambda found, _: f"{_WIRES.get(found['wire'], found['wire'])}, {found['n']} bytes"),
        (
            r"invited as (?P<role>\w+)",
            lambda found, _: gettext("uitgenodigd als %(role)s", role=_role(found["role"])),
        ),
        (
            r"(?P<n>\d+) letters, backup of (?P<at>.+)",
            lambda found, _: gettext("brieven: %(n)s, reservekopie van %(at)s", n=found["n"], at=found["at"]),
        ),
        (r"(?P<n>\d+) letters", lambda found, _: gettext("brieven: %(n)s", n=found["n"])),
    )
)
"""The first that fits."""
