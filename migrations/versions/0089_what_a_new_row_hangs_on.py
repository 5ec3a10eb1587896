"""A row that a web process adds hangs on what is of who adds it: patient, letter, access, role, presence (ADR 0092)."""

from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
BOARDS = "ANY (access.boards('{}'))"
LEADS, SPEAKS, SITS = (BOARDS.format(kind) for kind in ("leads", "speaks", "sits"))
#: who may act on a case: its hospital, and who leads its board, or one that discussed it. Seen as its caller sees it.
HANDLES = f"""CREATE FUNCTION access.handles(p_case uuid) RETURNS boolean LANGUAGE sql STABLE {PATH} AS $$
    SELECT EXISTS (
        SELECT FROM cases c WHERE c.id = p_case AND (
            c.hospital_id = access.treats() OR c.board_id = {LEADS}
            OR (c.board_id IS NULL AND EXISTS (
                SELECT FROM board_hospitals b WHERE b.hospital_id = c.hospital_id AND b.board_id = {LEADS}
            ))
            OR EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.case_id = c.id AND m.board_id = {LEADS})
        )
    ) $$"""
AT_BOARD = "EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.id = {} AND m.board_id = {})"
ROUND = "CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END"
#: somebody who would treat at a hospital that is not the giver's, by coordinating a board in its name (granting.check_opens_no_hospital)
COORDINATES = "EXISTS (SELECT FROM board_memberships b WHERE b.person_id = NEW.person_id AND b.ended_at IS NULL AND b.role = 'secretary'{})"
WORKS_ELSEWHERE = """EXISTS (
    SELECT FROM memberships h WHERE h.person_id = NEW.person_id AND h.ended_at IS NULL AND h.hospital_id <> access.hospital()
        AND NOT EXISTS (
            SELECT FROM memberships s WHERE s.person_id = h.person_id AND s.hospital_id = h.hospital_id AND s.ended_at IS NULL
                AND s.role IN ('specialist', 'case_manager', 'secretary')
        )
)"""
#: trigger -> (when, on, what must hold). Never narrower than the pages, which look at more (domain/policy.py).
GUARDS = {
    "own_patient": (
        "INSERT",
        "cases",
        "EXISTS (SELECT FROM patients p WHERE p.id = NEW.patient_id AND p.hospital_id = NEW.hospital_id) AND (NEW.home_patient_id IS NULL"
        " OR EXISTS (SELECT FROM patients p WHERE p.id = NEW.home_patient_id AND p.hospital_id = NEW.hospital_id))",
    ),
    "own_person": ("INSERT", "patients", "NEW.merged_into IS NULL"),
    "own_grant": (
        "INSERT",
        "case_grants",
        "NEW.given_by = access.person() AND NEW.ends_at <= now() + interval '181 days' AND access.handles(NEW.case_id)"
        " AND EXISTS (SELECT FROM cases c WHERE c.id = NEW.case_id AND c.hospital_id = NEW.hospital_id)",
    ),
    "own_letter": (
        "INSERT",
        "deliveries",
        "EXISTS (SELECT FROM decisions d JOIN rounds r ON r.id = d.round_id JOIN meetings m ON m.id = r.meeting_id WHERE d.id = NEW.decision_id"
        f" AND d.case_id = NEW.case_id AND d.hospital_id = NEW.hospital_id AND m.board_id = {LEADS})",
    ),
    "own_post": (
        "UPDATE",
        "deliveries",
        "access.administers() OR NEW.hospital_id = access.keeps_link() OR access.handles(NEW.case_id)",
    ),
    "own_fact": ("INSERT", "case_facts", "access.handles(NEW.case_id)"),
    "own_document": ("INSERT", "case_documents", "access.handles(NEW.case_id)"),
    "own_discussion": (
        "UPDATE OR DELETE",
        "rounds",
        f"EXISTS (SELECT FROM meetings m WHERE m.id = OLD.meeting_id AND m.board_id = {LEADS}) OR CASE TG_OP"
        " WHEN 'DELETE' THEN OLD.started_at IS NULL AND OLD.outcome IS NULL AND access.handles(OLD.case_id)"
        " ELSE OLD.outcome IS NULL AND NEW.outcome = 'withdrawn' AND access.handles(OLD.case_id) END",
    ),
    "own_note": (
        "UPDATE OR DELETE",
        "notes",
        f"CASE TG_OP WHEN 'DELETE' THEN OLD.revision = 0 ELSE {AT_BOARD.format('OLD.round_id', SPEAKS)} END",
    ),
    "own_advice": ("INSERT OR UPDATE OR DELETE", "advice_items", AT_BOARD.format(ROUND, SPEAKS)),
    "own_answers": ("INSERT OR UPDATE OR DELETE", "round_answers", AT_BOARD.format(ROUND, SPEAKS)),
    "own_presence": (
        "INSERT OR UPDATE OF hospital_id, first_seen_at, away, screen_of, noted_by, mistaken",
        "presences",
        f"EXISTS (SELECT FROM meetings m WHERE m.id = NEW.meeting_id AND m.board_id = {SITS}) AND (NEW.person_id = access.person()"
        f" OR access.person() IN (NEW.noted_by, NEW.screen_of, OLD.screen_of) AND EXISTS (SELECT FROM meetings m JOIN board_memberships b"
        f" ON b.board_id = m.board_id WHERE m.id = NEW.meeting_id AND m.board_id = {SPEAKS} AND b.person_id = NEW.person_id))",
    ),
    "own_newcomer": (
        "INSERT",
        "people",
        "access.person() IS NOT NULL AND NEW.password_hash = '' AND NEW.totp_sealed = ''",
    ),
    "own_colleague": (
        "UPDATE OF name, email, discipline, disabled_at",
        "people",
        "(NEW.name, NEW.email, NEW.discipline, NEW.disabled_at) IS NOT DISTINCT FROM (OLD.name, OLD.email, OLD.discipline, OLD.disabled_at)"
        " OR access.invites(NEW.id)",
    ),
    "own_tie": (
        "INSERT",
        "identities",
        "access.administers() OR access.is_invited(NEW.person_id) OR NOT EXISTS (SELECT FROM memberships m WHERE m.person_id = NEW.person_id"
        " AND m.ended_at IS NULL AND (m.hospital_id <> NEW.hospital_id OR m.role = 'administrator'))",
    ),
    "own_role": (
        "INSERT",
        "memberships",
        "access.administers() OR (NEW.hospital_id = access.keeps_link() AND NEW.role <> 'administrator') OR (NEW.role = 'member' AND EXISTS ("
        f" SELECT FROM board_hospitals b WHERE b.hospital_id = NEW.hospital_id AND b.board_id = {LEADS})"
        f" AND (NEW.hospital_id = access.hospital() OR NOT {COORDINATES.format('')}))",
    ),
    "own_seat": (
        "INSERT",
        "board_memberships",
        f"access.administers() OR NEW.role <> 'secretary' OR NOT {WORKS_ELSEWHERE}"
        f" OR {COORDINATES.format(' AND b.board_id <> NEW.board_id')}",
    ),
    "own_role_is_over": ("UPDATE", "memberships", "OLD.ended_at IS NULL"),
    "own_seat_is_over": ("UPDATE", "board_memberships", "OLD.ended_at IS NULL"),
}
#: of a role only its term changes: whose it is, where and which, is another row
TERM = "starts_on, ends_on, ended_at, ended_by"
ROLES = ("memberships", "board_memberships")
#: where letters go to: written by who has just proven who they are, as keys and tokens are (0028); on paper they go nowhere by themselves
WAYS = {"links": ("channel_out", "host_out, port_out, url_out"), "recipient_channels": ("channel", "host, port, url, folder, mail_to")}


def _ways() -> None:
    for table, (channel, rest) in WAYS.items():
        names = [channel, *rest.split(", ")]
        differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)
        for act, when in (("INSERT", "true"), (f"UPDATE OF {', '.join(names)}", f"({differs})")):
            op.execute(
                f"CREATE TRIGGER way_out_{act[:6].lower()} BEFORE {act} ON {table} FOR EACH ROW"
                f" WHEN ({when} AND NEW.{channel} <> 'paper') EXECUTE FUNCTION access.agreed_by_who_is_there()"
            )
    op.execute(
        "CREATE TRIGGER way_in_update BEFORE UPDATE OF token_in_hash ON links FOR EACH ROW"
        " WHEN (OLD.token_in_hash IS DISTINCT FROM NEW.token_in_hash AND NEW.token_in_hash <> '')"
        " EXECUTE FUNCTION access.agreed_by_who_is_there()"
    )


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$"""


def _let(signature: str) -> None:
    op.execute(f"ALTER FUNCTION access.{signature} OWNER TO {OWNER}")
    op.execute(f"REVOKE ALL ON FUNCTION access.{signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION access.{signature} TO {APP}")


def upgrade() -> None:
    op.execute(HANDLES)
    _let("handles(uuid)")
    for name, (when, table, is_theirs) in GUARDS.items():
        op.execute(f"CREATE FUNCTION access.{name}() {_function(is_theirs)}")
        _let(f"{name}()")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION access.{name}()"
        )
    for table in ROLES:
        op.execute(f"REVOKE UPDATE ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ({TERM}) ON {table} TO {APP}")
    _ways()


def downgrade() -> None:
    op.execute("DROP TRIGGER way_in_update ON links")
    for table in WAYS:
        op.execute(f"DROP TRIGGER way_out_insert ON {table}")
        op.execute(f"DROP TRIGGER way_out_update ON {table}")
    for table in ROLES:
        op.execute(f"REVOKE UPDATE ({TERM}) ON {table} FROM {APP}")
        op.execute(f"GRANT UPDATE ON {table} TO {APP}")
    for name, (_, table, _) in reversed(GUARDS.items()):
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION access.{name}()")
    op.execute("DROP FUNCTION access.handles(uuid)")
