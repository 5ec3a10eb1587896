"""The writing says what is: commands exist, words are those of the code and the screens, links lead somewhere."""

from __future__ import annotations

import json
import re
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

from mdo_portal.commands import COMMANDS
from mdo_portal.commands.demo.line import command as demo_command
from mdo_portal.domain.board import MeetingState
from mdo_portal.domain.case import CaseState
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.people import Role
from mdo_portal.web.navigation import ROLE_WORDS

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
STATES = {"case": CaseState, "meeting": MeetingState, "delivery": DeliveryState, "message from a hospital": InboundState}
BADGES = {"case": "state_badge", "meeting": "meeting_badge", "delivery": "delivery_badge"}


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_of(text: str) -> str:
    """Only what stands in code: blocks, and words between backticks."""
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join([*blocks, *re.findall(r"`([^`]+)`", prose)])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))

    named = set(re.findall(r"(?<![\w-])make ([a-z][a-z-]*)", code_of(read(page))))

    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_the_portal_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"mdo-portal ([a-z]+)", code_of(read(page))))

    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_of_code_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`([\w/.-]+\.py)`", read(page))

    assert [one for one in named if "NNNN" not in one and not _ends_a_path(f"/{one}")] == []


def _ends_a_path(name: str) -> bool:
    return any(one.endswith(name) for one in _code())


@cache
def _code() -> tuple[str, ...]:
    folders = ("mdo_portal", "integrations", "migrations", "scripts", "tests")
    return tuple(f"/{path.relative_to(ROOT)}" for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_the_readme_names_only_functions_that_are_there() -> None:
    """As `services/decisions/decisions.sign`: the file below mdo_portal, and what it defines."""
    named = re.findall(r"`((?:\w+/)*\w+)\.(\w+)`", read(ROOT / "README.md"))
    files = [(ROOT / "mdo_portal" / f"{place}.py", name) for place, name in named]
    ours = [(path, name) for path, name in files if path.exists() and name != "py"]

    assert len(ours) > 3
    assert [name for path, name in ours if not re.search(rf"^(?:def|class) {name}\b", read(path), re.MULTILINE)] == []


def test_the_readme_names_only_options_that_the_demo_has() -> None:
    options = {name for one in demo_command.params for name in one.opts}

    assert set(re.findall(r"ARGS=(--[a-z]+)", read(ROOT / "README.md"))) <= options


def section_of(glossary: str, title: str) -> dict[str, str]:
    """`received` → its word on the screen, from the table below this heading."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", glossary, re.DOTALL | re.MULTILINE)
    assert found, title
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", found[1], re.MULTILINE))


@pytest.mark.parametrize("noun", STATES)
def test_the_glossary_has_every_state(noun: str) -> None:
    states: type[StrEnum] = STATES[noun]

    assert set(section_of(read(ROOT / "docs/glossary.md"), f"States of a {noun}")) == {state.value for state in states}


@pytest.mark.parametrize("noun", BADGES)
def test_a_state_is_called_in_the_glossary_as_on_the_screen(noun: str) -> None:
    macros = read(ROOT / "templates/components/badges.html")
    looks = macros.partition(f"macro {BADGES[noun]}(")[2].partition("endmacro")[0]
    shown = dict(re.findall(r'"(\w+)": \("\w+", "[\w-]+", _\("([^"%]+)"\)', looks))

    told = section_of(read(ROOT / "docs/glossary.md"), f"States of a {noun}")

    assert shown
    assert {state: told[state] for state in shown} == shown


def test_the_glossary_has_every_role_as_it_is_called_on_the_screen() -> None:
    assert section_of(read(ROOT / "docs/glossary.md"), "Roles") == {role.value: ROLE_WORDS[role] for role in Role}


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_every_decision_has_context_decision_and_consequences(page: Path) -> None:
    headings = re.findall(r"^## (.+)$", read(page), re.MULTILINE)

    assert headings == ["Context", "Decision", "Consequences"]
    assert read(page).startswith(f"# {page.name[:4]} ")


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    listed = re.findall(r"\]\((0\d{3}-[a-z0-9-]+\.md)\)", read(ROOT / "docs/decisions/README.md"))

    assert [page.name for page in DECISIONS] == listed
    assert [int(name[:4]) for name in listed] == list(range(1, len(listed) + 1))


def dependencies() -> set[str]:
    """What pyproject.toml and package.json ask for, without versions and extras."""
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    package = json.loads(read(ROOT / "package.json"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    python = {match[0] for one in asked if (match := re.match(r"[\w.-]+", one))}
    return python | set(package["dependencies"]) | set(package["devDependencies"])


def test_every_dependency_has_its_sentence() -> None:
    page = read(ROOT / "docs/decisions/0016-dependencies.md")

    assert {name for name in dependencies() if not re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-])", page)} == set()


def slug(heading: str) -> str:
    """The anchor of a heading, as the usual viewers make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def links_of(page: Path) -> list[tuple[str, str]]:
    """(path, anchor) of every link that stays in the house."""
    found = re.findall(r"\]\(([^)\s]+)\)", read(page))
    parts = [link.partition("#") for link in found if not re.match(r"[a-z]+:", link)]
    return [(path, anchor) for path, _, anchor in parts]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for path, anchor in links_of(page):
        target = (page.parent / path).resolve() if path else page
        if PICTURES in target.parents:
            continue
        assert target.exists(), path
        if anchor:
            assert anchor in {slug(line) for line in re.findall(r"^#+ (.+)$", read(target), re.MULTILINE)}, anchor


def test_the_pictures_of_the_readme_are_there() -> None:
    pictures = [ROOT / path for path, _ in links_of(ROOT / "README.md") if path.startswith("docs/pictures/")]

    assert pictures
    assert [picture.name for picture in pictures if not picture.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_folder_of_somebodys_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|root|Users|work|mnt)/\w+", read(page)) == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs/instructions/nl").glob("*.md")), ids=name_of)
def test_what_an_instruction_calls_a_button_stands_on_a_screen(path: Path) -> None:
    """Words in bold are words of the screen: each stands in a template or in a sentence of the code."""
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "mdo_portal").rglob("*.py"),
        *(ROOT / "integrations/simulator").rglob("*.html"),
    ]
    screens = "\n".join(read(source) for source in sources)

    named = set(re.findall(r"\*\*([^*\n]+)\*\*", read(path)))

    assert {words for words in named if words not in screens} == set()
