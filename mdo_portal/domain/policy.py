"""Who may do what: one table of act → (role, relation). Every route and every event names an act of this table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from mdo_portal.domain.grant import GrantKind
from mdo_portal.domain.people import Role


class Relation(StrEnum):
    """What the viewer has to do with the object."""

    ANYONE = "anyone"  #: signed in is enough
    OWN_HOSPITAL = "own hospital"  #: the viewer's hospital refers or is addressed
    BOARD = "board"  #: the viewer has a role on the board
    SECOND_READER = "second reader"  #: the viewer was asked to look too
    TREATING_HOSPITAL = "treating hospital"  #: the viewer's hospital treats the patient as well
    EMERGENCY = "emergency"  #: the viewer broke the glass


class Act(StrEnum):
    WORKLIST_READ = "worklist:read"
    CASE_READ = "case:read"
    CASE_REGISTER = "case:register"
    CASE_PLAN = "case:plan"
    CASE_ASK = "case:ask"
    CASE_ANSWER = "case:answer"
    CASE_ROUTE = "case:route"
    CASE_WITHDRAW = "case:withdraw"
    CASE_CLEAR = "case:clear"
    CASE_SEEN = "case:seen"
    CASE_REOPEN = "case:reopen"
    CASE_PREPARE = "case:prepare"
    DOCUMENT_READ = "document:read"
    DOCUMENT_ADD = "document:add"
    MEETING_READ = "meeting:read"
    MEETING_ORDER = "meeting:order"
    MEETING_CLOSE_REGISTRATION = "meeting:close_registration"
    MEETING_ABSENT = "meeting:absent"
    MEETING_LEAD = "meeting:lead"
    MEETING_FIGURES = "meeting:figures"
    ROOM_JOIN = "room:join"
    ROOM_SHARE = "room:share"
    NOTE_READ = "note:read"
    NOTE_WRITE = "note:write"
    ROUND_OUTCOME = "round:outcome"
    DECISION_SIGN = "decision:sign"
    DECISION_READ = "decision:read"
    DECISION_OBJECT = "decision:object"
    DECISION_REVISE = "decision:revise"
    FOLLOW_READ = "follow:read"
    FOLLOW_CLOSE = "follow:close"
    FOLLOW_HAND = "follow:hand"
    FOLLOW_FIGURES = "follow:figures"
    FOLLOW_TELL = "follow:tell"
    CASE_EXPORT = "case:export"
    LETTER_READ = "letter:read"
    PATIENT_LETTER_READ = "patient_letter:read"
    PATIENT_LETTER_WRITE = "patient_letter:write"
    PATIENT_LETTER_RELEASE = "patient_letter:release"
    LETTER_TEMPLATE_MANAGE = "letter_template:manage"
    POST_READ = "post:read"
    POST_RESEND = "post:resend"
    POST_CONFIRM = "post:confirm"
    POST_TAKE_BACK = "post:take_back"
    LINK_READ = "link:read"
    LINK_MANAGE = "link:manage"
    LINK_TRY = "link:try"
    HOSPITAL_ADD = "hospital:add"
    INBOX_READ = "inbox:read"
    INBOX_REPLAY = "inbox:replay"
    INBOX_RAW = "inbox:raw"
    IDENTITY_READ = "identity:read"
    IDENTITY_DECIDE = "identity:decide"
    CASE_GRANT = "case:grant"
    CASE_OBJECT = "case:object"
    GLASS_BREAK = "glass:break"
    LOG_READ = "log:read"
    LOG_REVIEW = "log:review"
    LOG_PATIENT = "log:patient"
    LOG_BREACH = "log:breach"
    PEOPLE_READ = "people:read"
    PEOPLE_MANAGE = "people:manage"
    BOARD_MANAGE = "board:manage"
    PROVIDER_MANAGE = "provider:manage"
    RIGHTS_REVIEW = "rights:review"
    RIGHTS_EXPLAIN = "rights:explain"
    RETENTION_READ = "retention:read"
    RETENTION_CHANGE = "retention:change"
    RETENTION_HOLD = "retention:hold"
    DESTROY_REQUEST = "destroy:request"
    DESTROY_APPROVE = "destroy:approve"
    ACCOUNT_MANAGE = "account:manage"
    PROFILE_READ = "profile:read"


_H = Relation.OWN_HOSPITAL
_B = Relation.BOARD
_ALL_BOARD = [(role, _B) for role in (Role.SECRETARY, Role.CHAIR, Role.SCRIBE, Role.MEMBER, Role.OBSERVER)]
_DISCUSS = [(role, _B) for role in (Role.SECRETARY, Role.CHAIR, Role.SCRIBE, Role.MEMBER)]
_LEAD = [(Role.CHAIR, _B), (Role.SECRETARY, _B)]
_TREAT = [(Role.SPECIALIST, _H), (Role.CASE_MANAGER, _H)]


#: relations by which somebody may read a case of a hospital and a board that are not theirs
BY_GRANT = {
    GrantKind.SECOND_READER: Relation.SECOND_READER,
    GrantKind.TREATING_HOSPITAL: Relation.TREATING_HOSPITAL,
    GrantKind.EMERGENCY: Relation.EMERGENCY,
}

_GRANTED = [(role, relation) for role in (Role.SPECIALIST, Role.CASE_MANAGER) for relation in BY_GRANT.values()]
_IDENTIFY = [*_TREAT, (Role.SECRETARY, _H), (Role.LINK_MANAGER, _H)]
_MANAGE = [(Role.SECRETARY, _B), (Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]

POLICY: Mapping[Act, frozenset[tuple[Role | None, Relation]]] = {
    Act.WORKLIST_READ: frozenset([*_TREAT, *_DISCUSS]),
    Act.CASE_READ: frozenset([*_TREAT, *_GRANTED, *_ALL_BOARD]),
    Act.CASE_REGISTER: frozenset([*_TREAT, (Role.SECRETARY, _H)]),
    Act.CASE_PLAN: frozenset([(Role.SECRETARY, _B), (Role.CHAIR, _B)]),
    Act.CASE_ASK: frozenset([(Role.SECRETARY, _B), (Role.CHAIR, _B)]),
    Act.CASE_ANSWER: frozenset([*_TREAT, (Role.SECRETARY, _B)]),
    Act.CASE_ROUTE: frozenset([(Role.SECRETARY, _B), *_TREAT]),
    Act.CASE_WITHDRAW: frozenset([*_TREAT, (Role.SECRETARY, _B)]),
    Act.CASE_CLEAR: frozenset([*_TREAT, (Role.SECRETARY, _B)]),
    Act.CASE_SEEN: frozenset(_LEAD),
    Act.CASE_REOPEN: frozenset([*_TREAT, *_LEAD]),
    Act.CASE_PREPARE: frozenset(_DISCUSS),
    Act.DOCUMENT_READ: frozenset([*_TREAT, *_GRANTED, *_DISCUSS]),
    Act.DOCUMENT_ADD: frozenset([*_TREAT, (Role.SECRETARY, _B)]),
    Act.MEETING_READ: frozenset(_ALL_BOARD),
    Act.MEETING_ORDER: frozenset([(Role.SECRETARY, _B), (Role.CHAIR, _B)]),
    Act.MEETING_CLOSE_REGISTRATION: frozenset([(Role.SECRETARY, _B)]),
    Act.MEETING_ABSENT: frozenset(_DISCUSS),
    Act.MEETING_LEAD: frozenset(_LEAD),
    Act.MEETING_FIGURES: frozenset(_LEAD),
    Act.ROOM_JOIN: frozenset(_ALL_BOARD),
    Act.ROOM_SHARE: frozenset(_DISCUSS),
    Act.NOTE_READ: frozenset(_ALL_BOARD),
    Act.NOTE_WRITE: frozenset(_DISCUSS),
    Act.ROUND_OUTCOME: frozenset(_LEAD),
    Act.DECISION_SIGN: frozenset([(Role.CHAIR, _B)]),
    Act.DECISION_READ: frozenset([*_TREAT, *_GRANTED, *_DISCUSS]),
    Act.DECISION_OBJECT: frozenset(_DISCUSS),
    Act.DECISION_REVISE: frozenset(_LEAD),
    Act.FOLLOW_READ: frozenset([*_TREAT, *_LEAD]),
    Act.FOLLOW_CLOSE: frozenset([*_TREAT, *_LEAD]),
    Act.FOLLOW_HAND: frozenset([(Role.CASE_MANAGER, _H), *_LEAD]),
    Act.FOLLOW_FIGURES: frozenset(_LEAD),
    Act.FOLLOW_TELL: frozenset([(Role.CHAIR, _B)]),
    Act.CASE_EXPORT: frozenset([*_TREAT, *_LEAD]),
    Act.LETTER_READ: frozenset([*_TREAT, (Role.SECRETARY, _B), (Role.CHAIR, _B)]),
    Act.PATIENT_LETTER_READ: frozenset(_TREAT),
    Act.PATIENT_LETTER_WRITE: frozenset(_TREAT),
    Act.PATIENT_LETTER_RELEASE: frozenset([(Role.SPECIALIST, _H)]),
    Act.LETTER_TEMPLATE_MANAGE: frozenset([(Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.POST_READ: frozenset([*_TREAT, (Role.LINK_MANAGER, _H), (Role.SECRETARY, _B), (Role.CHAIR, _B)]),
    Act.POST_RESEND: frozenset([(Role.SECRETARY, _B)]),
    Act.POST_CONFIRM: frozenset([*_TREAT, (Role.SECRETARY, _B)]),
    Act.POST_TAKE_BACK: frozenset([*_TREAT, (Role.SECRETARY, _B)]),
    Act.LINK_READ: frozenset([(Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.LINK_MANAGE: frozenset([(Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.LINK_TRY: frozenset([(Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.HOSPITAL_ADD: frozenset([(Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.INBOX_READ: frozenset([(Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.INBOX_REPLAY: frozenset([(Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.INBOX_RAW: frozenset([(Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.IDENTITY_READ: frozenset(_IDENTIFY),
    Act.IDENTITY_DECIDE: frozenset(_IDENTIFY),
    Act.CASE_GRANT: frozenset([*_TREAT, (Role.SECRETARY, _B), (Role.CHAIR, _B)]),
    Act.CASE_OBJECT: frozenset(_TREAT),
    Act.GLASS_BREAK: frozenset([(Role.SPECIALIST, Relation.ANYONE), (Role.CASE_MANAGER, Relation.ANYONE)]),
    Act.LOG_READ: frozenset([(Role.PRIVACY_OFFICER, _H)]),
    Act.LOG_REVIEW: frozenset([(Role.PRIVACY_OFFICER, _H)]),
    Act.LOG_PATIENT: frozenset([(Role.PRIVACY_OFFICER, _H)]),
    Act.LOG_BREACH: frozenset([(Role.PRIVACY_OFFICER, _H)]),
    Act.PEOPLE_READ: frozenset([*_MANAGE, (Role.PRIVACY_OFFICER, _H), (Role.CHAIR, _B)]),
    Act.PEOPLE_MANAGE: frozenset(_MANAGE),
    Act.BOARD_MANAGE: frozenset([(Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.PROVIDER_MANAGE: frozenset([(Role.LINK_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.RIGHTS_REVIEW: frozenset([*_MANAGE, (Role.PRIVACY_OFFICER, _H)]),
    Act.RIGHTS_EXPLAIN: frozenset([*_MANAGE, (Role.PRIVACY_OFFICER, _H)]),
    Act.RETENTION_READ: frozenset([(Role.PRIVACY_OFFICER, _H), (Role.CASE_MANAGER, _H), (Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.RETENTION_CHANGE: frozenset([(Role.ADMINISTRATOR, Relation.ANYONE)]),
    Act.RETENTION_HOLD: frozenset([(Role.PRIVACY_OFFICER, _H)]),
    Act.DESTROY_REQUEST: frozenset([(Role.PRIVACY_OFFICER, _H), (Role.CASE_MANAGER, _H)]),
    Act.DESTROY_APPROVE: frozenset([(Role.PRIVACY_OFFICER, _H)]),
    Act.ACCOUNT_MANAGE: frozenset([(None, Relation.ANYONE)]),
    Act.PROFILE_READ: frozenset([(None, Relation.ANYONE)]),
}


#: the ordinary ground for an act before the out of the ordinary one
_ORDER = (
    Relation.ANYONE,
    Relation.OWN_HOSPITAL,
    Relation.BOARD,
    Relation.TREATING_HOSPITAL,
    Relation.SECOND_READER,
    Relation.EMERGENCY,
)
