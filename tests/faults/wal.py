"""A6: the disk with PostgreSQL's log of writes (WAL) is full. PostgreSQL ends (PANIC), for it may promise nothing any more, and cannot
begin again before there is room. Nothing is acknowledged that is not kept, none of our processes dies, and with room all goes on.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any

from mdo_portal.commands.postgres_databases import as_role
from tests.faults.disks import SmallHouse, all_compared, small_house, until
from tests.faults.house import House, environment, free_port, running
from tests.faults.lines import Load
from tests.faults.posting import Posts, cookie_of_somebody
from tests.faults.processes import listener, web, worker
from tests.faults.storing import by_state, stuck, unreadable

Figures = dict[str, Any]
DISK = "600m"
AWAY_SECONDS = 10.0
"""How long nobody makes room: the worker has tried everything several times by then."""


def full(_house: House, *, rounds: int) -> Figures:
    """Filled under load until PostgreSQL is gone, kept so for a while, given room and started again, as systemd would; every time."""
    with small_house("pg_wal", DISK) as small:
        database, port, door_of_pages = small.copy(), free_port(), free_port()
        env = environment(database, mllp_port=port)
        pages = {"MDO_BIND": f"127.0.0.1:{door_of_pages}", "MDO_PUBLIC_URL": f"http://127.0.0.1:{door_of_pages}"}
        pages["MDO_DATABASE_URL"] = as_role(database.url, "mdo_app")
        ended, resumed, acked_while_away = 0, [], 0
        with (
            running(listener, env, small.folder) as door,
            running(worker, env, small.folder) as desk,
            running(web, env | pages, small.folder) as screens,
        ):
            load, posts = Load(port), Posts(door_of_pages, cookie_of_somebody(database, small.region, env["MDO_SECRET_KEY"]))
            load.first_ack_after(0)
            until(lambda: bool(posts.stored) and posts.seen[200] > 0 and by_state(database).get("understood", 0) > 0)
            for _ in range(rounds):
                database.close()
                small.fill_up()
                ended += until(lambda: not _is_there(small), seconds=120)
                before = len(load.acked)
                time.sleep(AWAY_SECONDS)
                acked_while_away += len(load.acked) - before
                small.make_room()
                small.restart_postgres()
                resumed.append(load.first_ack_after(time.monotonic()))
            seen = len(posts.stored), posts.seen[200]
            again = until(lambda: len(posts.stored) > seen[0] and posts.seen[200] > seen[1])
            load.stop()
            posts.stop()
            survived = all(one.process.is_alive() for one in (door, desk, screens))
            left = stuck(database, seconds=60)
        found, states, reasons = all_compared(database, load, posts), by_state(database), unreadable(database)
        database.close()
    ok = (
        found["lost"] + left == found["duplicates"] == acked_while_away == 0
        and ended == rounds
        and survived
        and again
        and not reasons
        and not {status for status in posts.statuses | posts.seen if status >= 500} - {503}
        and max(resumed) < 30
    )
    return found | {
        "rounds": rounds,
        "lost": found["lost"] + left,
        "ended": ended,
        "acked_while_away": acked_while_away,
        "answers": dict(Counter(load.codes)),
        "handed_in": dict(posts.statuses),
        "pages": dict(posts.seen),
        "resume_s_max": round(max(resumed), 2),
        "survived": survived,
        "states": states,
        "unreadable": reasons,
        "ok": ok,
    }


def _is_there(small: SmallHouse) -> bool:
    """Whether PostgreSQL runs: its first process, which starts the others again as long as it can."""
    try:
        os.kill(int((small.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0]), 0)
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return False
    return True
