"""More acts that are smuggled (test_smuggled.py): how a hospital is connected, what its messages mean, who comes in by whose word, and what is over."""

from __future__ import annotations

from tests.client_certificates import made
from tests.people import PASSWORD
from tests.web.smuggling_deeds import CHOSEN, DEEDS, ROOM, TYPED, WHY, Deed
from tests.web.smuggling_places import CALLED

LINK, PROVIDER = "/links/{zeed}", "/links/sign-in/{provider_id}"
REGISTRATION = {
    "label": "x",
    "issuer": "https://idp.ours.example",
    "client_id": "x",
    "max_age_minutes": "60",
    "algorithms": "RS256",
    "enabled": "1",
}
BOARD = {"code": "x", "name": "x", "weekday": "3", "starts": "08:15", "minutes": "60", "minutes_per_case": "5", "closing_hours": "24", "review_months": "6",
         "objection_hours": "24", "follow_days": "7", "quorum": "radioloog", "aliases": "MDO x", "hospital": ["{zeed}"], "since-{zeed}": "2026-01-01"}  # fmt: skip
MORE = {
    # how a hospital is connected
    "agreed about a line": Deed("Lars", LINK + "/agreements", {"trust": "", "tls": "1"}),
    "opened from the EPD": Deed("Lars", LINK + "/launch", {"is_on": "1", "iss": "https://fhir.zeeduyn.example/r4", "authorize_url": "https://login.zeeduyn.example/a", "token_url": "https://login.zeeduyn.example/t", "client_id": "x", "profile": "generic-stu3", "signs": "1"}),
    "a certificate is bound": Deed("Lars", LINK + "/line/certificate", {"certificate": made("epd.zeeduyn.test").pem.decode()}),
    "a certificate that called is bound": Deed("Lars", LINK + "/line/certificate/called", {"fingerprint": CALLED}),
    "a certificate is withdrawn": Deed("Lars", LINK + "/line/certificate/withdraw", {"bound_to": "cd" * 32}),
    "unencrypted is accepted": Deed("Lars", LINK + "/line/plain", {"by": "x", "why": "x", "until": TYPED}),
    "unencrypted is accepted no more": Deed("Ada", "/links/{odul}/line/plain/withdraw"),
    "a hospital more": Deed("Ada", "/links/new", {"name": "x", "code": "NIEUW", "board": ["{uro}"]}),
    # what its messages mean
    "where its messages put things": Deed("Lars", LINK + "/places", {"otherwise": '[kinds]\n"ZZZ^Z01" = "referral"\n'}),
    "where one field stands": Deed("Lars", LINK + "/places/one", {"field": "patient.local_number", "place": "PID-2-1"}),
    "what a kind of message is": Deed("Lars", LINK + "/places/kind", {"kind": "ZZZ^Z01", "meaning": "referral"}),
    "a sender from a message": Deed("Lars", LINK + "/try/adopt", {"application": "ZEED-TWEE"}),
    "a word for a board, for everybody": Deed("Ada", LINK + "/try/board", {"board": "{uro}", "word": "prostaatje"}),
    "a word for a board, of one hospital": Deed("Lars", LINK + "/try/own-board", {"board": "{uro}", "word": "prostaatje"}),
    "places from a message": Deed("Lars", LINK + "/try/places", {"is": ["patient.local_number PID-2-1"]}),
    "a word for haste": Deed("Lars", LINK + "/try/urgency", {"word": "drek", "means": "routine"}),
    "told before, read again": Deed("Lars", LINK + "/replay"),
    "unread for one reason, read again": Deed("Lars", "/inbox/replay", {"reason": "unknown_kind", "hospital": "{zeed}"}),
    "unread for one reason, put aside": Deed("Lars", "/inbox/ignore", {"reason": "unknown_kind", "hospital": "{zeed}"}),
    "an identity is undone": Deed("Lars", "/identities/{carried_out}/undo"),
    # by whose word somebody comes in
    "a provider": Deed("Lars", PROVIDER, REGISTRATION),
    "a colleague is tied": Deed("Lars", PROVIDER + "/people", {"person_id": "{dirk}", "subject": "sub-2"}),
    "a colleague is untied": Deed("Lars", PROVIDER + "/people/{identity_id}/remove"),
    # of the network
    "how a board is": Deed("Ada", "/manage/boards/{uro}", BOARD | {"code": "URO-P"}),
    "a board more": Deed("Ada", "/manage/boards/new", BOARD),
    "a letter is headed otherwise": Deed("Ada", "/manage/letters/{gp_template}", {"seen": "1", "intro": "x"}),
    "a letter is headed as before": Deed("Ada", "/manage/letters/{gp_template}/back", {"seen": "1", "version": "1"}),
    "a letter is headed as all are": Deed("Ada", "/manage/letters/{gp_template}/out", {"seen": "1"}),
    "what has nothing odd is kept": Deed("Lars", "/rights/reviews/{review_id}/plain"),
    "gone through and signed": Deed("Twice", "/rights/reviews/{gone_through}/sign"),
    "the log is judged": Deed("Petra", "/log/review/judge", {"verdict": "in order"}, "", "/log/review?all=1", "finding"),
    # what is over, and what was said
    "a recommendation": Deed("Mila", ROOM + "/advice/{on_round}/{first_item}", {"revision": "1", "text": "x"}, "Mila"),
    "a recommendation first": Deed("Mila", ROOM + "/advice/{on_round}/{second_item}/up", {}, "Mila"),
    "a recommendation out": Deed("Mila", ROOM + "/advice/{on_round}/{first_item}/remove", {}, "Mila"),
    "a doubt is taken away": Deed("Aisha", "/cases/{doubtful_case}/clear", {"caution": "unsure", "answer": "x"}),
    "seen": Deed("Aisha", "/cases/{refused_case}/seen", {"until": CHOSEN + "T00:00:00+00:00"}),
    "not seen after all": Deed("Aisha", "/cases/{answered_case}/not-seen"),
    "added to an advice": Deed("Bram", "/rounds/{answered_round}/addendum", {"text": "x", "reason": "x", "password": PASSWORD}, "", "/rounds/{answered_round}/addendum/read"),
    "withdrawn": Deed("Bram", "/rounds/{answered_round}/withdrawal", {"reason": "x", "then": "again", "password": PASSWORD}, "", "/rounds/{answered_round}/withdrawal/read"),
    "an objection to an advice": Deed("Bilal", "/rounds/{refused_round}/objections", {"decision_id": "{refused_decision}", "reason": "x"}),
    "carried out by mistake": Deed("Dirk", "/follow-up/{done}/reopen", {"seen": "2"}),
    "told back to the board": Deed("Bram", "/meetings/{coming}/told-back", {"follow_id": "{done}"}),
    "a letter for the patient is released": Deed("Dirk", "/cases/{refused_case}/patient-letter/release", {"seen": "3"}),
    "a registration is emptied": Deed("Dirk", "/register/draft/drop"),
    "there after all": Deed("Mila", "/meetings/absence/back", {"board": "{uro}", "first": "{away}", "last": "{away}"}, "Mila"),
    "all letters of one hospital again": Deed("Aisha", "/post/resend", {"hospital": "{zeed}"}),
    "not discussed": Deed("Bram", "/meetings/{was}/undecided", {"round": ["{undecided_round}"], "reason": WHY}),
    # by what somebody signs in, and what they are told
    "mail about questions, off": Deed("Dirk", "/account/mail"),
    "another password": Deed("Dirk", "/account/password", {"password": "kust-en-klei-29", "again": "kust-en-klei-29"}),
    "other recovery codes": Deed("Dirk", "/account/recovery-codes"),
    "signed out elsewhere": Deed("Dirk", "/account/sessions/end"),
    "a calendar that stops": Deed("Bilal", "/account/calendar/end"),
    "another language": Deed("Dirk", "/language", {"language": "en"}),
}  # fmt: skip
ALL = DEEDS | MORE
