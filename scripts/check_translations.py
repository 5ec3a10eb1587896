"""Every Dutch sentence in the code and the templates has an English one with the same placeholders; `--update` takes in new ones."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "mdo_portal" / "translations"
FOUND = ROOT / "var" / "messages.pot"
COMPLETE = "en"  # nl needs no entries: its sentences are the msgids
PLACEHOLDER = re.compile(r"%\([a-z0-9_]+\)[sdif]|%[sd]|\{[a-z0-9_]*\}", re.IGNORECASE)


def babel(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *arguments], cwd=ROOT, check=True)


def extract() -> Catalog:
    FOUND.parent.mkdir(exist_ok=True)
    babel("extract", "-F", "babel.cfg", "-k", "lazy_gettext", "--no-wrap", "--sort-by-file", "-o", str(FOUND), ".")
    with FOUND.open("rb") as file:
        return read_po(file)


def update() -> None:
    """New sentences come in empty: a guessed (fuzzy) translation of a medical sentence is worse than none."""
    extract()
    file = FOLDER / COMPLETE / "LC_MESSAGES" / "messages.po"
    command = ["update", "--no-fuzzy-matching", "--ignore-obsolete", "--no-wrap"] if file.exists() else ["init", "--no-wrap"]
    babel(*command, "-i", str(FOUND), "-d", str(FOLDER), "-l", COMPLETE)


def texts(value: object) -> list[str]:
    """A message's text, or its singular and plurals."""
    return (
        [value] if isinstance(value, str) else [str(text or "") for text in value] if isinstance(value, (tuple, list)) else [""]
    )


def complaints(message: Message, *, required: bool) -> list[str]:
    """What is wrong with one translated sentence."""
    sources, translated = texts(message.id), texts(message.string)
    if not any(translated):
        return ["has no translation"] if required else []
    wrong = ["is fuzzy: read it and remove the mark"] if message.fuzzy else []
    wrong += ["has an empty plural"] if not all(translated) else []
    # A singular may leave its number out ("one case"); nothing may name what the code does not give.
    allowed = [set(PLACEHOLDER.findall(text)) for text in sources]
    wrong += ["has other placeholders"] if any(set(PLACEHOLDER.findall(text)) not in allowed for text in translated) else []
    return wrong


def check(found: Catalog, language: str) -> list[str]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    required = language == COMPLETE
    missing = [message for message in found if message.id and not catalogue.get(message.id)] if required else []
    findings = [f"{language}: not in the catalogue: {texts(message.id)[0]!r}" for message in missing]
    for message in catalogue:
        if message.id and (message.id in found):
            findings += [f"{language}: {texts(message.id)[0]!r} {wrong}" for wrong in complaints(message, required=required)]
    return findings


def main() -> int:
    updating = "--update" in sys.argv[1:]
    if updating:
        update()
    found = extract()
    languages = {folder.name for folder in FOLDER.iterdir() if (folder / "LC_MESSAGES" / "messages.po").exists()}
    findings = [] if COMPLETE in languages else [f"{COMPLETE}: there is no catalogue; make translations makes one"]
    for language in sorted(languages):
        findings += check(found, language)
    print("\n".join(findings) or f"translations: {len(found)} sentences, all there", file=sys.stderr if findings else sys.stdout)
    return 1 if findings and not updating else 0  # an update did its work; the list says what is left for a person


if __name__ == "__main__":
    sys.exit(main())
