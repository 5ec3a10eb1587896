"""A backend of our own server keeps the memory that it used for a statement: the next one needs as much."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.copies import plain

#: some hundreds of KiB, more than glibc keeps by itself
ASKS_FOR_MEMORY = "SELECT string_agg(g::text, '') || repeat('x', 300000) FROM generate_series(1, 4000) g"
TIMES = 40


def test_the_same_statement_again_asks_the_kernel_for_no_memory(postgres: str) -> None:
    with psycopg.connect(plain(postgres), autocommit=True) as line:
        for _ in range(5):
            line.execute(ASKS_FOR_MEMORY)
        before = pages_fetched(line)
        for _ in range(TIMES):
            line.execute(ASKS_FOR_MEMORY)

        assert (pages_fetched(line) - before) / TIMES < 10


def pages_fetched(line: psycopg.Connection) -> int:
    """By this backend since it began (`minflt` of proc(5))."""
    told = Path(f"/proc/{line.info.backend_pid}/stat").read_text().rpartition(")")[2]
    return int(told.split()[7])
