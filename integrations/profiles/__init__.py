"""What each EPD flavour puts where: one TOML per flavour, data without expressions."""

import tomllib
from functools import cache
from pathlib import Path

from mdo_portal.exchange import Profile

FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Profile:
    """The profile called `name`, e.g. `zorgdomein`. Raises KeyError naming the profiles there are."""
    if name not in names():
        raise KeyError(f"no profile {name!r}; there are: {', '.join(names())}")
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def names() -> tuple[str, ...]:
    """All profiles, in order of name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
