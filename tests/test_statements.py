"""What is kept of statements for the whole run changes nothing of what they answer (tests/statements.py)."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.types.string import StrDumper, TextLoader

from tests.copies import plain


class Number(str):
    """A kind of word that psycopg does not know."""


@pytest.fixture
def line(postgres: str) -> psycopg.Connection:
    return psycopg.connect(plain(postgres), autocommit=True)


def test_the_columns_of_an_answer_are_those_of_psycopg(line: psycopg.Connection) -> None:
    with line, line.execute("SELECT 1 AS one, 'x'::text AS two, now() AS three") as answer:
        columns = answer.description
        assert columns and len(columns) == 3
        assert [one.name for one in columns] == ["one", "two", "three"]
        assert [one.type_code for one in columns] == [23, 25, 1184] and columns[1].name == columns[-2][0] == "two"


def test_what_answers_no_rows_has_no_columns(line: psycopg.Connection) -> None:
    with line, line.cursor() as cursor:
        assert cursor.description is None
        assert cursor.execute("SET application_name = 'x'").description is None
        assert list(cursor.execute("SELECT").description or ["none"]) == ["none"]
        assert cursor.execute("SELECT").description is not None


def test_columns_of_an_answer_that_is_gone_are_nobodys(line: psycopg.Connection) -> None:
    with line, line.cursor() as cursor:
        columns = cursor.execute("SELECT 1 AS one").description
        cursor.execute("SELECT 2 AS two, 3 AS three")
        assert columns is not None
        with pytest.raises(AssertionError, match="gone"):
            columns[0]


def test_what_a_line_is_taught_its_cursors_know_and_nobody_elses(line: psycopg.Connection, postgres: str) -> None:
    with line, psycopg.connect(plain(postgres)) as other:
        line.adapters.register_loader("int4", TextLoader)
        line.adapters.register_dumper(Number, StrDumper)

        assert line.execute("SELECT 4711, %s", (Number("7"),)).fetchone() == ("4711", "7")
        assert other.execute("SELECT 4711").fetchone() == (4711,)


def test_a_statement_that_differs_in_anything_is_another(line: psycopg.Connection) -> None:
    with line:
        for value in (1, "é", None):
            assert line.execute("SELECT %(one)s, %(two)s, 'é'", {"one": value, "two": 2}).fetchone() == (value, 2, "é")
        long = "SELECT %s" + " -- long" * 1_000
        assert line.execute(long, (1,)).fetchone() == (1,) and line.execute(f"{long}er", (2,)).fetchone() == (2,)
        line.execute("SET client_encoding = latin1")
        assert line.execute("SELECT %(one)s, %(two)s, 'é'", {"one": "ë", "two": 2}).fetchone() == ("ë", 2, "é")
