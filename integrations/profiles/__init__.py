"""What each EPD flavour puts where: one TOML per flavour, data without expressions, each on top of what it `extends`.

A profile is asked for by its name; what one link says otherwise comes as TOML below that name (exchange.profile_of_link).
Every profile is checked against the schema when it is read (checks.py), so that a mistake is a sentence and never a surprise.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mdo_portal.exchange import Profile, WrongProfile

from .checks import check

FOLDER = Path(__file__).parent


@lru_cache(maxsize=256)
def load(name: str) -> Profile:
    """The profile called `name`, completed by what it extends: tables are merged, lists and values replaced.

    Below the name may stand what one link says otherwise. Raises KeyError naming the profiles there are, WrongProfile for
    one with a key or place that cannot be.
    """
    name, _, otherwise = name.partition("\n")
    found = _named(name)
    return _merged(found, parse_own(otherwise, str(found["wire"]))) if otherwise.strip() else found


def parse_own(text: str, wire: str) -> dict[str, Any]:
    """What a link says otherwise, checked. Raises WrongProfile: no TOML, or something that is not a link's to say."""
    try:
        own = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise WrongProfile("", "no_toml", str(error)[-60:]) from None
    check(own, own_only=True, wire=wire)
    return own


@lru_cache(maxsize=64)
def _named(name: str) -> Profile:
    if name not in names():
        raise KeyError(f"no profile {name[:40]!r}; there are: {', '.join(names())}")
    own = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    base = str(own.get("extends", ""))
    whole = _merged(_named(base), {key: value for key, value in own.items() if key != "extends"}) if base else own
    check(whole)
    return whole


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """All profiles, in order of name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def urgency_of(profile: Profile, said: str) -> str:
    """`routine`, `urgent` or `asap` where the profile knows the sender's word, in whatever letters; "" = it does not.

    What a link says otherwise stands behind what its profile says, and goes before it.
    """
    codes = profile.get("referral", {}).get("codes", {}).get("urgency", {})
    return _meant(codes, said) if said.strip() else str(codes.get("", ""))


def board_of(profile: Profile, said: str) -> str:
    """The code of the board that this hospital means by these words, in whatever letters; "" = its link says nothing of them."""
    return _meant(profile.get("referral", {}).get("codes", {}).get("board", {}), said) if said.strip() else ""


def _meant(codes: Mapping[str, Any], said: str) -> str:
    key = " ".join(said.split()).casefold()
    return next((str(means) for word, means in reversed(list(codes.items())) if " ".join(word.split()).casefold() == key), "")


_ASKED = {"radiolo": "radiology", "patholo": "pathology"}
"""How the specialism is written in Dutch, English and German."""


def asked_of(label: str) -> str:
    """`radiology` or `pathology`: whom of the board a question is for, where its name says one of them; "" = the board."""
    named = [who for stem, who in _ASKED.items() if stem in label.casefold()]
    return named[0] if len(named) == 1 else ""


def asks_nothing(words: str) -> bool:
    """Whether what stands where a question belongs is a day, or that there is nothing (`Datum adviesvraag`, `Bespreekpunten`: geen)."""
    return _ASKS_NOTHING.fullmatch(words.strip()) is not None


_ASKS_NOTHING = re.compile(r"geen\.?|none|n\.?v\.?t\.?|niet van toepassing|[\d\-/.: T]+", re.IGNORECASE)


def written(own: Mapping[str, Any]) -> str:
    """The table as TOML again; only what a profile holds: texts, lists and tables of them."""
    plain = [f"{_key(name)} = {_value(value)}" for name, value in own.items() if not isinstance(value, Mapping)]
    parts = ["\n".join(plain)] if plain else []
    parts += [_table((name,), value) for name, value in own.items() if isinstance(value, Mapping)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(at: tuple[str, ...], table: Mapping[str, Any]) -> str:
    plain = [f"{_key(name)} = {_value(value)}" for name, value in table.items() if not isinstance(value, Mapping)]
    head = "[" + ".".join(map(_key, at)) + "]"
    parts = ["\n".join([head, *plain])] if plain or not table else []
    parts += [_table((*at, name), value) for name, value in table.items() if isinstance(value, Mapping)]
    return "\n\n".join(parts)


def _key(name: str) -> str:
    return name if name and name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _quoted(name)


def _value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + " }"
    return _quoted(value) if isinstance(value, str) else str(value).lower()


def _quoted(text: str) -> str:
    """A basic string of TOML: the escapes of JSON, for everything that is no plain sign."""
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    signs = (known.get(sign) or (sign if sign.isprintable() else f"\\U{ord(sign):08x}") for sign in text)
    return '"' + "".join(signs) + '"'
