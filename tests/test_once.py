"""What tests share of a template is its compiled text, and nothing of the application that asked first (tests/once.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from jinja2 import DictLoader, Environment
from werkzeug.routing import Map, Rule

from mdo_portal.commands import migrate
from tests.once import Compiled


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    return Compiled(str(tmp_path))


def application(compiled: Compiled, text: str, name: str = "") -> Environment:
    made = Environment(loader=DictLoader({"page.html": text}), bytecode_cache=compiled, autoescape=True)
    made.globals["name"] = name
    return made


def test_a_template_is_unpacked_once_and_each_application_has_its_own_names(
    compiled: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = application(compiled, "{{ name }}", "one").get_template("page.html")
    monkeypatch.setattr("jinja2.environment.Environment.compile", None)  # nobody compiles it again
    second = application(compiled, "{{ name }}", "two").get_template("page.html")

    assert (first.render(), second.render()) == ("one", "two")
    assert first.root_render_func.__code__ is second.root_render_func.__code__


def test_another_worker_reads_what_the_first_wrote(compiled: Compiled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    application(compiled, "{{ name }}").get_template("page.html")
    monkeypatch.setattr("jinja2.environment.Environment.compile", None)

    assert application(Compiled(str(tmp_path)), "{{ name }}", "two").get_template("page.html").render() == "two"


def test_a_template_that_was_changed_is_compiled_anew(compiled: Compiled) -> None:
    application(compiled, "as it was").get_template("page.html")

    assert application(compiled, "as it is").get_template("page.html").render() == "as it is"


def test_a_folder_of_migrations_is_read_once_and_another_folder_has_its_own(tmp_path: Path) -> None:
    other = migrate.config()
    other.set_main_option("script_location", str(tmp_path))
    first, again, elsewhere = (ScriptDirectory.from_config(one) for one in (migrate.config(), migrate.config(), other))

    assert first is again
    assert (first.get_heads() != [], elsewhere.get_heads()) == (True, [])


def addresses(first_page: int) -> Map:
    shown = {"page": first_page}
    return Map(
        [
            Rule("/cases/", endpoint="cases", defaults=shown),
            *(Rule(f"/cases/<int:page>{to}", endpoint="cases" + to) for to in ("", "/piece")),
        ]
    )


def test_an_address_is_taken_apart_once_and_each_application_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = addresses(1), addresses(2)
    monkeypatch.setattr(Rule, "_compile_builder", None)  # nobody takes it apart again
    again = addresses(1)

    assert [a.bind("mdo").build("cases", {"page": 1}) for a in (one, other, again)] == ["/cases/", "/cases/1", "/cases/"]
    assert [a.bind("mdo").match("/cases/")[1] for a in (one, other, again)] == [{"page": 1}, {"page": 2}, {"page": 1}]
    rule, asked = again.bind("mdo").match("/cases/7/piece", return_rule=True)
    assert (rule.map is again, asked) == (True, {"page": 7})
