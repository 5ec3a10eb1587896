"""The rules of the house (docs/decisions/0001, DESIGN 10): sizes, imports, words on columns, nothing loose in templates."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from functools import cache
from pathlib import Path

import pytest

from mdo_portal.domain.identifiers import passes_eleven_test
from mdo_portal.domain.tables import metadata
from mdo_portal.domain.unreadable import AGAIN_REASONS, UNREADABLE_REASONS
from mdo_portal.reception import REFUSALS
from mdo_portal.services.history import timeline

pytestmark = pytest.mark.xdist_group("house rules")  # each file is parsed once for all of them
ROOT = Path(__file__).parents[1]
OURS = sorted(path for room in ("mdo_portal", "integrations") for path in (ROOT / room).rglob("*.py") if path.read_text().strip())
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
#: heavy foreign parsers and compilers that most processes never need
LAZY = {
    "mdo_portal/letters/letters.py": {"typst"},
    "integrations/simulator/region/documents.py": {"typst"},
    "integrations/calendar/feed.py": {"icalendar"},
    "integrations/fhir/text/judge.py": {"fhir"},
    "integrations/hl7v2/sending/judge.py": {"hl7apy"},
}
LARGEST_FILE, LARGEST_FUNCTION = 400, 60
#: BSNs outside the test range that may stand in a file, and why
KNOWN_BSNS = {
    "900073962": "of a public sample message that a journey feeds in",
    "363679005": "SNOMED CT: imaging, a code and nobody's",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


@cache
def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@cache
def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def p90(sizes: list[int]) -> int:
    return sorted(sizes)[int(len(sizes) * 0.9)]


# Code


def test_nothing_is_imported_inside_a_function_but_what_is_heavy() -> None:
    found: dict[str, set[str]] = {}
    for path in OURS:
        at_all = sum(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes(path))
        if at_all == sum(isinstance(node, ast.Import | ast.ImportFrom) for node in tree(path).body):
            continue  # all of them stand at the top
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                    found.setdefault(name(path), set()).add((module or "").partition(".")[0])

    assert found == {path: heavy for path, heavy in LAZY.items() if path in found}


def test_no_file_is_too_long() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in OURS}

    assert {path: count for path, count in lines.items() if count > LARGEST_FILE} == {}
    assert statistics.median(lines.values()) <= 100 and p90(list(lines.values())) <= 200


def test_functions_are_short() -> None:
    lengths = {f"{name(path)} {one.name}": (one.end_lineno or 0) - one.lineno + 1 for path in OURS for one in functions(path)}
    sizes = list(lengths.values())
    print(f"\nfunctions: {len(sizes)}, median {statistics.median(sizes)}, p90 {p90(sizes)}, longest {max(sizes)}")

    assert statistics.median(sizes) <= 9 and p90(sizes) <= 30
    assert {where: size for where, size in lengths.items() if size > LARGEST_FUNCTION} == {}


def test_a_module_opens_with_what_lives_there() -> None:
    assert OURS and [name(path) for path in OURS if not ast.get_docstring(tree(path))] == []


#: what can open a connection, and the files that may: everything that goes out over HTTP passes integrations/out
NETWORK = {
    "httpx",
    "httpcore",
    "requests",
    "urllib3",
    "aiohttp",
    "http.client",
    "urllib.request",
    "socket",
    "smtplib",
    "ftplib",
    "asyncio.streams",
}
MAY_CONNECT = {
    "integrations/bounded/child.py": "the line to the worker that started it",
    "integrations/bounded/frames.py": "the same line",
    "integrations/bounded/pool.py": "a line to its own children",
    "integrations/out/http.py": "the gate",
    "integrations/out/line.py": "the gate, for MLLP",
    "integrations/out/mail.py": "the gate, for mail",
    "integrations/out/numbers.py": "the names of both, looked up once",
    "integrations/hl7v2/sending/sender.py": "speaks over the line that the gate opened",
    "mdo_portal/services/access_log/audit_fields.py": "the name of this machine",
    "mdo_portal/commands/audit.py": "syslog of MDO_AUDIT_SYSLOG",
    "mdo_portal/live/nameless.py": "ends lines that came in",
    "mdo_portal/silence.py": "ends lines to the database",
}
XML = {"xml", "lxml", "defusedxml", "xmltodict", "xmlschema", "html5lib", "bs4"}


@cache
def imported(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for one in nodes(path):
        if isinstance(one, ast.Import):
            found |= {alias.name for alias in one.names}
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            found |= {one.module, *(f"{one.module}.{alias.name}" for alias in one.names)}
    return frozenset(found)


def test_nothing_but_the_gate_goes_out() -> None:
    """Invented hospitals and the demo's own visitors are the other side; they run on loopback."""
    others = [path for path in OURS if not name(path).startswith(("integrations/simulator/", "mdo_portal/commands/demo/"))]
    open_a_line = {
        name(path) for path in others if any(one == net or one.startswith(f"{net}.") for one in imported(path) for net in NETWORK)
    }

    assert open_a_line == MAY_CONNECT.keys() & open_a_line and "integrations/out/http.py" in open_a_line


def test_nothing_but_the_gate_reads_xml() -> None:
    read = {name(path) for path in OURS if any(one.partition(".")[0] in XML for one in imported(path))}

    assert read == {"integrations/xml_gate.py"}


def test_whoever_catches_everything_says_why() -> None:
    silent = []
    for path in OURS:
        lines = path.read_text().splitlines()
        for node in nodes(path):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node):
                around = "".join(lines[node.lineno - 2 : node.lineno + 1])
                silent += [] if "#" in around else [f"{name(path)}:{node.lineno}"]

    assert silent == []


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """And keeps it: who raises it again hides nothing."""
    raises_again = any(isinstance(one, ast.Raise) and one.exc is None for one in handler.body)
    kind = handler.type
    return not raises_again and (kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")))


# Tables and words


def is_obvious(column: str, annotation: str, foreign: str) -> bool:
    """An id, a key to the table of that name, or an enum whose members say what they mean."""
    target = {"people": "person", "boards": "board", "cases": "case"}.get(foreign, foreign.removesuffix("s"))
    return column == "id" or (bool(foreign) and column == f"{target}_id") or annotation in enums()


@cache
def enums() -> set[str]:
    """The names of our own enums: their members are documented where they stand."""
    modules = [path for path in OURS if name(path).startswith(("mdo_portal/domain/", "mdo_portal/exchange"))]
    classes = [node for path in modules for node in nodes(path) if isinstance(node, ast.ClassDef)]
    return {one.name for one in classes if any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in one.bases)}


def test_every_column_says_what_it_means() -> None:
    silent = []
    for path in (ROOT / "mdo_portal" / "domain").glob("*.py"):
        lines = path.read_text().splitlines()
        for at, line in enumerate(lines):
            found = re.match(r"    (\w+): Mapped\[([\w.]+)(?: \| None)?.*?\](.*)", line)
            if found and not lines[at - 1].lstrip().startswith("#:"):
                foreign = re.search(r'ForeignKey\("(\w+)\.', line)
                if not is_obvious(found[1], found[2], foreign[1] if foreign else ""):
                    silent.append(f"{name(path)}:{at + 1} {found[1]}")

    assert silent == []


def test_every_constraint_has_a_name() -> None:
    assert [table.name for table in metadata.tables.values() for one in table.constraints if not one.name] == []


def test_every_reason_the_wires_give_has_a_sentence_for_a_person() -> None:
    wires = "\n".join(path.read_text() for path in OURS if name(path).startswith("integrations/"))
    given = set(re.findall(r'Unreadable\(\s*"(\w+)"', wires)) | set(re.findall(r'(?:tell_refused|_end)\([^)"]*"(\w+)"', wires))
    ours = "\n".join(path.read_text() for path in OURS if name(path).startswith("mdo_portal/"))
    given |= set(re.findall(r'(?:Unreadable\(|reason=)"(\w+)"', ours)) - {"busy", "login", "forbidden", "not_stored"}

    assert len(given) > 10
    assert given - set(UNREADABLE_REASONS) - set(AGAIN_REASONS) == set()
    assert set(AGAIN_REASONS) <= given
    assert set(REFUSALS) <= set(UNREADABLE_REASONS)


def test_every_event_that_happens_has_a_sentence() -> None:
    source = "\n".join(path.read_text() for path in OURS if name(path).startswith("mdo_portal/services/"))
    told = set(re.findall(r'timeline\.happened\(\s*session,\s*case,\s*"([a-z.]+)"', source))

    assert len(told) > 5
    assert told - set(timeline.SENTENCES) == set()


# Templates


LOOSE = {
    "unescaped text": r"\|\s*safe\b",
    "style in an attribute": r"""\sstyle\s*=\s*["'{]""",
    "script in an attribute": r"""\son[a-z]+\s*=\s*["'{]""",
    "script in an address": r"javascript:",
    "script in the page": r"<script(?![^>]*(\ssrc=|type=\"application/json\"))",
    "autoescape switched off": r"autoescape\s+false",
    "another site": r"""(?:src|href)\s*=\s*["'](?:https?:)?//""",
}


def test_nothing_loose_stands_in_a_template() -> None:
    sources = {name(path): path.read_text() for path in TEMPLATES}
    found = [
        (where, what, match[0])
        for where, source in sources.items()
        for what, pattern in LOOSE.items()
        if (match := re.search(pattern, source))
    ]

    assert sources and found == []


def test_templates_are_fragments_of_bearable_size() -> None:
    sizes = [len(path.read_text().splitlines()) for path in TEMPLATES]

    assert p90(sizes) <= 130 and max(sizes) <= 250


# What may not stand anywhere


def test_no_real_bsn_stands_in_a_file() -> None:
    """Only the range for tests: 999… Numbers that pass the eleven-test by chance are somebody's."""
    written = [path for path in tracked() if path.suffix not in {".lock", ".svg"} and path.name != "package-lock.json"]
    found = {name(path): somebodys for path in written if (somebodys := _real_bsns(text_of(path)))}

    assert found == {}


def _real_bsns(text: str) -> list[str]:
    numbers = set(re.findall(r"(?<![\w.-])[0-9]{9}(?![\w.-])", text)) - set(KNOWN_BSNS)
    return [f"{number[:3]}…" for number in numbers if passes_eleven_test(number) and not number.startswith("999")]


def test_no_place_of_somebodys_machine_stands_in_a_file() -> None:
    places = re.compile(r"/(?:work|root|home|Users)/[a-z]")
    allowed = {"tests/test_house_rules.py", ".ci/run"}

    assert [name(path) for path in tracked() if name(path) not in allowed and places.search(text_of(path))] == []
