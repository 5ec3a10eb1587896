"""Who looked at this patient, over a log of a million lines: the overview, the log's page, the breach report and the review."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit, audit_breach, audit_findings, audit_lines, audit_patient
from tests import make, people

from .figures import Figures
from .house import house

LINES, PATIENTS, PEOPLE_READING = 1_000_000, 2_000, 200

#: five years of reading: each line a copy of a real one, of another patient, person and moment
FILL = r"""
INSERT INTO audit_entries
SELECT copied.*
FROM generate_series(1, :lines) n, (SELECT * FROM audit_entries ORDER BY seq DESC LIMIT 1) e,
     (SELECT array_agg(id ORDER BY id) AS ids FROM patients WHERE hospital_id = :hospital) p,
     LATERAL jsonb_populate_record(NULL\:\:audit_entries, to_jsonb(e) || jsonb_build_object(
    'seq', nextval(pg_get_serial_sequence('audit_entries', 'seq')),
    'event_id', gen_random_uuid(),
    'at', CAST(:now AS timestamptz) - make_interval(secs => CAST(n * 157.0 AS double precision)),
    'person_id', md5('p' || (n\:\:bigint * 7919) % :people)\:\:uuid,
    'person_name', 'Medewerker ' || (n\:\:bigint * 7919) % :people,
    'patient_id', (SELECT ids[1 + (n\:\:bigint * 104729) % :patients]),
    'case_id', md5('c' || (n\:\:bigint * 104729) % :patients)\:\:uuid
)) AS copied
"""


def measure(url: str) -> Figures:
    figures = Figures("who-looked")
    with house(url) as found:
        database = found.database()
        region = people.fill(database)
        now = datetime.now(UTC)
        with database.transaction() as session:
            zeed = session.get_one(Hospital, region.hospitals["ZEED"])
            cases = [make.case(session, zeed, now=now) for _ in range(PATIENTS)]
            audit.record(session, region.aisha, Act.CASE_READ, now=now, case=cases[0])
        with database.transaction() as session:
            session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
            told = {"now": now, "lines": LINES, "patients": PATIENTS, "people": PEOPLE_READING, "hospital": zeed.id}
            session.execute(text(FILL), told)
            session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))
            session.execute(text("ANALYZE audit_entries"))
        patient, ago = cases[7].patient_id, now - timedelta(days=3)
        asked: list[tuple[str, float, Callable[[Session], Sequence[object]]]] = [
            ("who looked at one patient, all of it", 2.0, lambda s: audit_patient.who_looked(s, [patient])),
            ("a page of the log", 2.0, lambda s: audit_lines.page(s, zeed.id, audit_lines.Wanted())),
            ("breach report over three days", 2.0, lambda s: audit_breach.report(s, zeed.id, since=ago, until=now)),
            ("findings of the review", 5.0, lambda s: audit_findings.find(s, zeed.id, now=now)),
        ]
        for what, most, act in asked:
            took, size = [], 0
            for _ in range(3):
                with database.transaction() as session:
                    started = time.perf_counter()
                    size = len(act(session))
                    took.append(time.perf_counter() - started)
            figures.limit(f"{what} ({size} rows)", "s", max(took), at_most=most)
    return figures
