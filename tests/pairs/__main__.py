"""`python -m tests.pairs [--only WORDS] [--with WORDS]`: each pair of acts; a JSON line says what came of it.

`meet`: at which of their statements who came by had to wait, run by run. `told`: what each was told. `odd`: where PostgreSQL ended one for
the other, or one was told nothing that a person can use, or what stands afterwards is not what stands when one acts after the other.
Exit 1 when somebody was told nothing.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from itertools import combinations_with_replacement

import structlog

from mdo_portal.commands import migrate
from mdo_portal.commands.postgres import server
from mdo_portal.commands.postgres_databases import clone_database, template_database
from tests import make, people
from tests.copies import opened
from tests.pairs.acts import ACTS
from tests.pairs.meeting import pairs_on


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="tests.pairs")
    parser.add_argument("--only", default="", help="words in the name of one of the two, with commas between them")
    parser.add_argument("--with", dest="beside", default="", help="the same of the other")
    said = parser.parse_args(arguments)
    wanted = [pair for pair in combinations_with_replacement(ACTS, 2) if _is_meant(pair, said.only, said.beside)]
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with server(None, durable=False) as url:
        migrate.upgrade(template_database(url, "pairs"), sealer=make.sealer())
        database = opened(clone_database(url, "pairs_1", template="pairs"))
        with pairs_on(database, people.fill(database)) as pairs:
            for one, other in wanted:
                began = time.monotonic()
                print(json.dumps(pairs.pair(one, other) | {"s": round(time.monotonic() - began, 1)}), flush=True)
    return int(pairs.failed)


def _is_meant(pair: tuple[str, str], only: str, beside: str) -> bool:
    def has(name: str, words: str) -> bool:
        return any(word in name for word in words.split(","))

    return any(has(one, only) and has(other, beside) for one, other in (pair, pair[::-1]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
