"""`python -m tests.corpus [--detail] [SET …]`: public samples through the front doors; one JSON line per set. CORPUS_DIR= another folder.

Exit 1 when something was not answered, not kept, lost, crashed or too slow; 0 without samples on this machine.
"""

from __future__ import annotations

import logging
import sys

import structlog

from tests.bench.house import postgres

from . import fhir, v2
from .sets import FOLDER, KINDS, sets


def main() -> int:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    wanted, detail = [word for word in sys.argv[1:] if not word.startswith("-")], "--detail" in sys.argv
    messages, resources = (sets(kind, wanted) for kind in KINDS)
    if not messages and not resources:
        print(
            f"skipped: there are no samples in {FOLDER.name}/hl7v2 or {FOLDER.name}/fhir; CORPUS_DIR= names another folder",
            file=sys.stderr,
        )
        return 0
    with postgres() as url:
        counts = []
        for name, samples in messages:
            counts.append(v2.run(url, name, samples, detail=detail))
            counts[-1].print()
        for count in fhir.run(url, resources, detail=detail) if resources else ():
            counts.append(count)
            count.print()
    return 0 if all(count.ok for count in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
