"""`python -m tests.faults [--short] [NAME …]`: provoke each fault, print one JSON line. Exit 1 when a promise did not hold."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog

from tests.faults import (
    acknowledging,
    addresses,
    answering,
    answers,
    bsns,
    bundles,
    certificates,
    cut_off,
    disks,
    documents,
    doors,
    failover,
    hostile,
    listening,
    merging,
    outbox,
    partitions,
    scripts,
    sending,
    signing,
    silent,
    standby,
    standing_still,
    storing,
    texts,
    understanding,
    wal,
)
from tests.faults.house import House, NotHere, house
from tests.web.matrix_tries import SLICES


class Fault(NamedTuple):
    """What is provoked, and how often in a short and in a long run."""

    provoke: Callable[..., dict[str, Any]]
    short: int
    long: int
    #: a short run of everything leaves it out: it takes too long for every change. `--short NAME` does it all the same
    is_slow: bool = False


FAULTS = {
    "A1-listener-killed": Fault(listening.killed, 12, 500),
    "A2-postgres-killed": Fault(storing.database_killed, 3, 20),
    "A3-standby-promoted": Fault(failover.promoted, 1, 5, is_slow=True),
    "A3-standby-promoted-beside-one-that-hangs": Fault(failover.promoted_beside_one_that_hangs, 1, 3, is_slow=True),
    "A4-standby-frozen": Fault(standby.frozen, 1, 10, is_slow=True),
    "A5-disk-full": Fault(disks.full, 1, 5, is_slow=True),
    "A5-no-more-files": Fault(disks.no_files, 1, 5, is_slow=True),
    "A6-wal-disk-full": Fault(wal.full, 1, 5, is_slow=True),
    "A8-too-many-callers": Fault(hostile.exhausted, 1, 5),
    "A9-poison-message": Fault(understanding.poison, 1, 5),
    "A10-listener-told-to-stop": Fault(listening.told_to_stop, 3, 20),
    "A10-worker-told-to-stop": Fault(outbox.stopped_while_draining, 1, 10),
    "A10-worker-killed": Fault(outbox.killed_with_a_letter_on_the_wire, 1, 10),
    "A10-worker-killed-as-it-is-answered": Fault(answering.killed_as_it_is_answered, 2, 40),
    "A10-acknowledger-killed": Fault(acknowledging.killed_while_acknowledging, 1, 10),
    "A11-postgres-silent": Fault(silent.frozen, 1, 5, is_slow=True),
    "A12-wire-to-postgres-cut": Fault(cut_off.cut, 1, 5, is_slow=True),
    "A13-processes-stand-still": Fault(standing_still.stopped_and_woken, 1, 5, is_slow=True),
    "A13-pages-told-to-stop": Fault(standing_still.pages_told_to_stop, 2, 20),
    "B1-framing": Fault(listening.framing, 2, 40),
    "B2-wire-cut": Fault(partitions.silent, 1, 40),
    "B3-doubles": Fault(listening.doubles, 4, 60),
    "B4-fields-missing": Fault(hostile.missing, 2, 50),
    "B5-letters": Fault(hostile.letters, 200, 2000),
    "B6-workers-killed": Fault(understanding.workers_killed, 4, 40),
    "B7-merges": Fault(merging.merged_and_unmerged, 10, 200),
    "B8-doubtful-bsns": Fault(bsns.doubtful, 3, 100),
    "B9-meant-to-cost": Fault(hostile.expensive, 1, 5),
    "B10-letters-out": Fault(texts.round_trip, 150, 10_000),
    "B11-certificates": Fault(certificates.strangers, 1, 20),
    "B12-bad-answers": Fault(sending.bad_answers, 1, 4),
    "B13-receiver-away": Fault(sending.away_and_back, 1, 12),
    "C1-hostile-xml": Fault(documents.fetching, 1, 10, is_slow=True),
    "C2-scripts": Fault(scripts.inert, 1, 5, is_slow=True),
    "C3-addresses": Fault(addresses.only_the_registered, 5, 50),
    "C4-swollen-answers": Fault(answers.swollen, 1, 5, is_slow=True),
    "C5-hostile-bundles": Fault(bundles.refused, 40, 2000, is_slow=True),
    "C6-another-patient": Fault(answers.swapped, 1, 20),
    "D18-two-chairs": Fault(signing.at_once, 6, 250),
    "T3-sender-clocks": Fault(understanding.clocks_ahead, 1, 10),
    "H3-put-back": Fault(outbox.put_back, 1, 10),
    "D1-every-door-by-everybody": Fault(doors.everybody_everywhere, 2, SLICES),
}


def main(arguments: list[str]) -> int:
    short = "--short" in arguments
    wanted = [one for one in arguments if not one.startswith("-")]
    names = [name for name in FAULTS if any(name.casefold().startswith(one.casefold()) for one in wanted)]
    if not wanted:
        names = [name for name, fault in FAULTS.items() if not (short and fault.is_slow)]
    if not names:
        print(f"no such fault; there are: {', '.join(FAULTS)}", file=sys.stderr)
        return 2
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # ours; theirs go to files
    with house() as place:
        return max([_one(place, name, short=short) for name in names])


def _one(place: House, name: str, *, short: bool) -> int:
    fault, began = FAULTS[name], time.monotonic()
    rounds = fault.short if short else fault.long
    try:
        figures = fault.provoke(place, rounds=rounds)
    except NotHere as why:  # told as such: neither held nor broken
        print(json.dumps({"fault": name, "not_here": str(why), "ok": None}), flush=True)
        return 0
    except Exception as error:  # a fault that broke its own provoker must not take the other figures along
        traceback.print_exc(file=sys.stderr)
        figures = {"rounds": rounds, "lost": None, "duplicates": None, "ok": False, "error": type(error).__name__}
    print(json.dumps({"fault": name, **figures, "seconds": round(time.monotonic() - began, 1)}), flush=True)
    return 0 if figures["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
