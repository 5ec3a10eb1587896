"""A case stands as what was done with it, a line of the log bears who is there, a message is its hospital's own (ADR 0109)."""

from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

OWNER, APP = "mdo_owner", "mdo_app"
PATH = "SET search_path = pg_catalog, public, pg_temp"
LEADS = "ANY (access.boards('leads'))"
#: who leads the board of a case, one that may take it, or one that discussed it: as access.handles, without who treats
LED = f"""(NEW.board_id = {LEADS} OR NEW.board_id IS NULL AND EXISTS (
        SELECT FROM board_hospitals b WHERE b.hospital_id = NEW.hospital_id AND b.board_id = {LEADS})
    OR EXISTS (SELECT FROM rounds r JOIN meetings m ON m.id = r.meeting_id WHERE r.case_id = NEW.id AND m.board_id = {LEADS}))"""
WAITS = "('received', 'incomplete', 'information_requested', 'ready')"
#: as domain/case.OPEN_STATES
ON_LIST = "('received', 'incomplete', 'information_requested', 'ready', 'deferred', 'scheduled', 'discussed', 'listed')"
ADVICE = "d.form NOT IN ('outcome', 'recall')"
SIGNED = f"EXISTS (SELECT FROM decisions d WHERE d.case_id = NEW.id AND {ADVICE})"
#: of the discussion that was the last
SIGNED_LAST = f"""EXISTS (SELECT FROM decisions d JOIN rounds r ON r.id = d.round_id WHERE d.case_id = NEW.id AND {ADVICE}
    AND r.number = (SELECT max(o.number) FROM rounds o WHERE o.case_id = NEW.id))"""
#: as services/letters/delivered.some_open
ON_THE_WAY = f"""EXISTS (SELECT FROM deliveries l JOIN decisions d ON d.id = l.decision_id
    WHERE l.case_id = NEW.id AND l.audience = 'referrer' AND l.state <> 'received' AND {ADVICE}
    AND NOT (l.state IN ('refused', 'dead', 'cancelled') AND EXISTS (SELECT FROM decisions n WHERE n.round_id = d.round_id
        AND n.version > d.version AND n.form IN ('correction', 'withdrawal', 'outcome', 'recall'))))"""
#: as services/follow_up/follow_ups.settle_case
TO_FOLLOW = f"""EXISTS (SELECT FROM follow_ups f WHERE f.case_id = NEW.id AND f.state = 'open' AND f.superseded_by_id IS NULL
    AND f.round_id = (SELECT r.id FROM decisions d JOIN rounds r ON r.id = d.round_id WHERE d.case_id = NEW.id AND {ADVICE}
        ORDER BY r.number DESC LIMIT 1))"""
#: what a case may become -> what must hold; from where the pages take it there (domain/case.CASE_MOVES), two moves in one go too.
#: Never narrower than the pages, which look at more.
STATES = {
    WAITS: "OLD.state NOT IN ('discussed', 'listed')",
    "('withdrawn')": f"OLD.state IN ('scheduled', 'deferred', {WAITS[1:]}",
    "('scheduled', 'deferred', 'discussed', 'listed', 'redirected')": f"OLD.state NOT IN ('decided', 'delivered', 'followed_up', 'closed') AND {LED}",
    "('decided')": f"CASE WHEN OLD.state IN ('discussed', 'listed') THEN {LED} AND {SIGNED_LAST} ELSE OLD.state = 'delivered' AND {SIGNED} END",
    "('delivered')": f"OLD.state = 'decided' AND {SIGNED} AND NOT {ON_THE_WAY}",
    "('followed_up')": f"OLD.state IN ('decided', 'delivered') AND {SIGNED} AND NOT {ON_THE_WAY} AND NOT {TO_FOLLOW}",
    "('closed')": f"OLD.state IN ('decided', 'delivered', 'followed_up') AND {SIGNED} AND {LED}",
}
BECOMES = " ".join(f"WHEN NEW.state IN {states} THEN {holds}" for states, holds in STATES.items())
STANDS = f"NEW.is_open = (NEW.state IN {ON_LIST})"

NAME = "(SELECT p.name FROM people p WHERE p.id = NEW.person_id)"
#: in nobody's name: that the page took in a registration, at the moment at which that case came; or that a case is gone that is gone
BY_ITSELF = """NEW.person_name IN ('MDO-portaal', 'onbekend') AND NEW.roles = 'system' AND NEW.relation = 'system' AND NEW.alternate_id = ''
    AND NEW.responsible_person_id IS NULL AND NOT NEW.emergency
    AND (NEW.case_id IS NULL AND NEW.patient_id IS NULL OR CASE NEW.act
        WHEN 'referral.received' THEN EXISTS (SELECT FROM cases c WHERE c.id = NEW.case_id AND c.patient_id = NEW.patient_id
            AND c.hospital_id = NEW.hospital_id AND c.wire = 'form' AND c.received_at = NEW.at)
        WHEN 'case.destroyed' THEN EXISTS (SELECT FROM tombstones t WHERE t.case_id = NEW.case_id AND t.hospital_id = NEW.hospital_id)
    END)"""
#: before there is a viewer a line about signing in may not know the name
OWN_LINE = f"""NEW.responsible_person_id = NEW.person_id AND (NEW.person_name = {NAME}
    OR NEW.person_name = 'onbekend' AND NEW.act ~ '^(sign_in|sign_out|confirm|account)')"""
OF_LINK = "EXISTS (SELECT FROM links l WHERE l.id = NEW.link_id AND l.hospital_id = access.link_hospital())"
#: the patient objects: copies for others do not leave, and are not tried again
OBJECTS = """NEW.audience <> 'referrer' AND EXISTS (SELECT FROM cases c JOIN patients p ON p.id = c.patient_id
    WHERE c.id = NEW.case_id AND (c.objected OR p.objects))"""
SAME = "NEW.{0} IS NOT DISTINCT FROM OLD.{0}"
#: a letter: received by hand, in the own name; refused and given up by the worker alone; and it keeps its turn in the queue
LETTER = f"""CASE WHEN NEW.state = OLD.state THEN true
    WHEN NEW.state = 'received' THEN NEW.receipt_code = 'hand' AND NEW.confirmed_by = access.person()
        AND NEW.receipt_reference = (SELECT p.name FROM people p WHERE p.id = NEW.confirmed_by)
    WHEN NEW.state = 'cancelled' THEN {OBJECTS}
    WHEN NEW.state = 'sent' THEN OLD.state = 'waiting' AND (NEW.channel = 'paper' OR {OBJECTS})
    ELSE NEW.state = 'waiting' END
    AND ({SAME.format("channel")} OR NEW.channel = 'paper')
    AND ({SAME.format("held_at")} OR NEW.held_at IS NULL)
    AND (NEW.leased_until IS NULL OR {SAME.format("leased_until")} OR NEW.leased_until <= OLD.leased_until)
    AND ({SAME.format("next_attempt_at")} OR NEW.next_attempt_at <= now() + interval '10 minutes'
        OR NEW.next_attempt_at IS NULL AND (NEW.state IN ('received', 'cancelled') OR {OBJECTS}))"""
BY_ME = "EXISTS (SELECT FROM decisions d WHERE d.id = {} AND d.round_id = NEW.round_id AND d.signed_by = access.person())"
FOLLOWED = f"""CASE WHEN TG_OP = 'INSERT' THEN {BY_ME.format("NEW.decision_id")}
    ELSE ({SAME.format("superseded_by_id")} OR {BY_ME.format("NEW.superseded_by_id")})
        AND ({SAME.format("told_at")} OR NEW.told_at IS NULL OR NEW.board_id = {LEADS}) END"""
#: of which rows a trigger asks at all
ONLY = {"own_line": " AND NEW.person_id IS NOT NULL", "own_portal_line": " AND NEW.person_id IS NULL"}
#: trigger -> (when, on, what must hold)
GUARDS = {
    "own_state": (
        "INSERT OR UPDATE OF state, is_open",
        "cases",
        f"{STANDS} AND CASE WHEN TG_OP = 'INSERT' THEN NEW.state IN {WAITS} WHEN NEW.state = OLD.state THEN true {BECOMES} END",
    ),
    # What a hospital sent comes in by its own token: no page adds a message, and the worker takes one for the hospital's word.
    "own_message": ("INSERT", "inbound_messages", f"NEW.hospital_id = access.link_hospital() AND {OF_LINK}"),
    "own_outcome": ("UPDATE", "deliveries", LETTER),
    # What is followed was advised by who signed it, and ends when they sign what replaces it.
    "own_advised": ("INSERT OR UPDATE OF superseded_by_id, told_at", "follow_ups", FOLLOWED),
    # What came in after the discussion is unseen until somebody of the board saw it, or the patient objects.
    "own_unseen": (
        "UPDATE OF unseen_since",
        "cases",
        f"{SAME.format('unseen_since')} OR NEW.unseen_since IS NOT NULL OR NEW.objected OR {LED}",
    ),
    # Of a message a page says that it is to be read again, or put aside where nobody could read it; what it was to us the worker says.
    "own_reading": (
        "UPDATE OF state, next_attempt_at",
        "inbound_messages",
        f"(NEW.state = OLD.state OR access.link_hospital() IS NULL AND (NEW.state = 'kept' OR NEW.state = 'ignored' AND OLD.state = 'unreadable'"
        " AND NEW.reason NOT IN ('identity_conflict', 'waits_for_identity')))"
        f" AND ({SAME.format('next_attempt_at')} OR NEW.next_attempt_at IS NULL OR NEW.next_attempt_at <= now() + interval '10 minutes')",
    ),
    # Whether a meeting is open, closed or off is said by who leads it; who sets a board up changes its days.
    "own_meeting": ("UPDATE OF state", "meetings", f"{SAME.format('state')} OR OLD.board_id = {LEADS}"),
    "own_feed": ("INSERT OR UPDATE", "feed_counts", OF_LINK),
    # Two, each for its own lines: one that asked both would take twice as long at every line.
    "own_line": ("INSERT", "audit_entries", OWN_LINE),
    "own_portal_line": ("INSERT", "audit_entries", BY_ITSELF),
}


def _function(is_theirs: str) -> str:
    return f"""RETURNS trigger LANGUAGE plpgsql {PATH} AS $$
        BEGIN
            IF ({is_theirs}) IS NOT TRUE THEN
                RAISE EXCEPTION 'this belongs to somebody else' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$"""


def upgrade() -> None:
    for name, (when, table, is_theirs) in GUARDS.items():
        op.execute(f"CREATE FUNCTION access.{name}() {_function(is_theirs)}")
        op.execute(f"ALTER FUNCTION access.{name}() OWNER TO {OWNER}")
        op.execute(f"REVOKE ALL ON FUNCTION access.{name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION access.{name}() TO {APP}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW"
            f" WHEN (current_user = '{APP}'{ONLY.get(name, '')}) EXECUTE FUNCTION access.{name}()"
        )


def downgrade() -> None:
    for name, (_, table, _) in reversed(GUARDS.items()):
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION access.{name}()")
