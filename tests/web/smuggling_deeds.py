"""Each act that is smuggled (test_smuggled.py): who does it on which page, with which form."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.people import PASSWORD

SOON = datetime.now(UTC) + timedelta(days=30)
TYPED, CHOSEN = f"{SOON:%d-%m-%Y}", f"{SOON:%Y-%m-%d}"
WHY = "een hele zin waarom dit nodig is"


class Deed(NamedTuple):
    who: str
    path: str
    form: dict[str, Any] = {}  # noqa: RUF012  read only
    #: strangers for whom it is too
    theirs_too: str = ""
    #: the page that is read first, and the field of which the form says what stood there
    read: str = ""
    takes: str = "seen"

    @property
    def filled(self) -> dict[str, Any]:
        """The form as it is sent: a file is read only once."""
        return self.form | ({"file": (io.BytesIO(b"%PDF-1.7 x"), "x.pdf")} if "file" in self.form else {})


CASE, ROOM, PEOPLE_ = "/cases/{waiting_case}", "/meetings/{tonight}/room", "/people"
NEW = {"name": "N. Nieuw", "email": "nieuw@example.nl", "discipline": ""}
REFERRAL = {"local_number": "123", "family": "Wit", "birth_on": "01-02-1950", "sex": "male", "question_board": "x", "board_id": "{uro}",
            "name": "x", "phone": "x", "urgency": "routine"}  # fmt: skip
DEEDS = {
    "who treats withdraws what is on an agenda": Deed("Dirk", "/cases/{coming_case}/withdraw", {"reason": "x"}),
    "who treats withdraws what is on at this moment": Deed("Dirk", "/cases/{on_case}/withdraw", {"reason": "x"}),
    "a coordinator withdraws": Deed("Aisha", CASE + "/withdraw", {"reason": "x"}),
    "registered once more": Deed("Dirk", "/cases/{withdrawn_case}/reopen", {"reason": "x"}),
    "registered once more by its board": Deed("Aisha", "/cases/{withdrawn_case}/reopen", {"reason": "x"}),
    "given a board": Deed("Twice", CASE + "/route", {"board_id": "{uro}"}),
    "planned": Deed("Aisha", CASE + "/plan", {"meeting_id": "{coming}"}),
    "planned by a locum": Deed("Locum", CASE + "/plan", {"meeting_id": "{coming}"}),
    "planned by who coordinates two boards": Deed("Twice", CASE + "/plan", {"meeting_id": "{coming}"}),
    "moved to another meeting": Deed("Aisha", "/cases/{coming_case}/plan", {"meeting_id": "{tonight}", "late_reason": "x"}),
    "taken off the agenda while it is on": Deed("Aisha", "/cases/{on_case}/plan", {"meeting_id": "{coming}"}),
    "taken off the agenda": Deed("Aisha", "/cases/{coming_case}/unplan", {"meeting_id": "{coming}"}),
    "asked": Deed("Bram", CASE + "/ask", {"text": "x"}),
    "answered": Deed("Dirk", CASE + "/answer/{asked}", {"text": "x"}),
    "answered by a coordinator of two boards": Deed("Twice", CASE + "/answer/{asked}", {"text": "x"}),
    "given to read": Deed("Dirk", CASE + "/grants", {"reader": "person:{carla}", "until": TYPED, "reason": WHY}),
    "given to read by a locum": Deed("Locum", CASE + "/grants", {"reader": "hospital:{kree}", "until": TYPED, "reason": WHY}),
    "taken back from who reads along": Deed("Aisha", CASE + "/grants/{given}/end"),
    "an objection": Deed("Dirk", "/cases/{on_case}/objection/record"),
    "an objection after the letter": Deed("Dirk", "/cases/{case_id}/objection/record"),
    "prepared": Deed("Mila", "/cases/{coming_case}/preparation", {"text": "x"}, "Mila"),
    "a document": Deed("Dirk", CASE + "/documents", {"file": "pdf"}),
    "a document of who coordinates": Deed("Aisha", CASE + "/documents", {"file": "pdf"}),
    "the meeting goes on": Deed("Aisha", ROOM + "/next", {"on": "{on_round}"}),
    "the meeting goes on, led by a locum": Deed("Locum", ROOM + "/show/{next_round}"),
    "the meeting is closed": Deed("Bilal", ROOM + "/close"),
    "opened by mistake": Deed("Bram", ROOM + "/not_yet"),
    "discussed": Deed("Locum", ROOM + "/outcome/{on_round}", {"outcome": "deferred", "reason": "x"}),
    "recommended": Deed("Mila", ROOM + "/advice/{on_round}", {}, "Mila"),
    "answered in the room": Deed("Mila", ROOM + "/advice/{on_round}/answers", {"revision": "0", "wish": "x"}, "Mila"),
    "absent": Deed("Mila", "/meetings/{coming}/absence/tell", {}, "Mila"),
    "absent, said by who coordinates": Deed("Aisha", "/meetings/{coming}/absence/tell", {"person": "{mila}"}),
    "registration closes": Deed("Aisha", "/meetings/{coming}/registration/close"),
    "called off": Deed("Aisha", "/meetings/{coming}/calling-off/off"),
    "signed": Deed("Bram", "/rounds/{over_round}/sign", {"password": PASSWORD}, "", "/rounds/{over_round}/sign"),
    "signed by a locum": Deed("Locum", "/rounds/{over_round}/sign", {"password": PASSWORD}, "", "/rounds/{over_round}/sign"),
    "in another order": Deed("Twice", "/meetings/{tonight}/order", {"row": ["{next_round}", "{on_round}"]}),
    "moved to another day": Deed("Twice", "/meetings/{coming}/when", {"day": CHOSEN, "hour": "08:00", "minutes": "60", "place": "x"}),
    "one meeting more": Deed("Aisha", "/meetings/new", {"board": "{uro}", "day": CHOSEN, "hour": "08:00", "minutes": "60"}),
    "who watches along": Deed("Mila", ROOM + "/companions", {"along": ["{bilal}"]}, "Mila"),
    "registered": Deed("Dirk", "/register", REFERRAL),
    "registered by who coordinates two boards, for the hospital they are here for": Deed("Twice", "/register", REFERRAL),
    "objection answered": Deed("Locum", "/rounds/{round_id}/objections/{objection_id}/answer", {"answer": "x"}),
    "a correction that carries on what a colleague said": Deed("Bram", "/rounds/{revised_round}/sign", {"password": PASSWORD, "reason": "x"}, "", "/rounds/{revised_round}/sign"),
    "corrected": Deed("Aisha", "/rounds/{round_id}/correct"),
    "sent again": Deed("Aisha", "/deliveries/{delivery_id}/paper"),
    "received, says who treats": Deed("Dirk", "/deliveries/{delivery_id}/confirm"),
    "received after all, but it was not": Deed("Aisha", "/deliveries/{mistaken_letter}/taken-back", {"reason": "x"}),
    "withheld, and they do not have it": Deed("Dirk", "/deliveries/{withheld_letter}/not-there"),
    "carried out": Deed("Dirk", "/follow-up/{follow_id}/close", {"state": "carried_out", "seen": "1"}),
    "handed over": Deed("Twice", "/follow-up/{follow_id}/hand-over", {"responsible": "x", "reason": "x", "seen": "1", "due_on": CHOSEN}),
    "a letter to the patient": Deed("Dirk", "/cases/{case_id}/patient-letter/save", {"text": "x", "seen": "1"}),
    "a hold": Deed("Petra", "/retention/cases/{waiting_case}/hold", {"reason": WHY}),
    "a hold is lifted": Deed("Petra", "/retention/holds/{hold_id}/lift", {"reason": WHY}),
    "asked to be destroyed": Deed("Petra", "/destruction/requests", {"case_id": "{waiting_case}", "patient_id": "{waiting_patient}", "letter_on": "2026-01-02"}),
    "asked to be destroyed, refused": Deed("Petra", "/destruction/{destroy_id}/refuse", {"ground": "law", "refusal": WHY}),
    "destroyed, says a second person": Deed("Petra", "/destruction/{to_destroy}/approve"),
    "an identity is put aside": Deed("Lars", "/identities/{conflict_id}/decide", {"decision": "aside", "reason": "x"}),
    "a merge is undone": Deed("Lars", "/identities/merges/{merge_id}/undo"),
    "somebody new at a hospital": Deed("Lars", PEOPLE_ + "/hospital/{zeed}/add", NEW | {"role": "specialist"}),
    "somebody new on a board": Deed("Aisha", PEOPLE_ + "/board/{uro}/add", NEW | {"role": "member", "hospital_id": "{zeed}"}),
    "a role that ran out is given anew": Deed("Lars", PEOPLE_ + "/hospital/{zeed}/roles", {"person_id": "{dirk}", "role": "case_manager"}),
    "a role that ran out goes on": Deed("Lars", PEOPLE_ + "/roles/hospital/{ran_out}/term", {"ends_on": CHOSEN}),
    "a role that ran out is ended": Deed("Lars", PEOPLE_ + "/roles/hospital/{ran_out}/end"),
    "a seat is ended": Deed("Twice", PEOPLE_ + "/roles/board/{sits}/end"),
    "a second administrator": Deed("Ada", PEOPLE_ + "/hospital/{zeed}/roles", {"person_id": "{lars}", "role": "administrator"}),
    "a colleague is renamed": Deed("Lars", PEOPLE_ + "/{dirk}/correct", NEW),
    "a colleague is shut out": Deed("Lars", PEOPLE_ + "/{dirk}/disable"),
    "a colleague is invited": Deed("Lars", PEOPLE_ + "/{dirk}/invite"),
    "roles are gone through": Deed("Twice", "/rights/board/{uro}/start"),
    "a role is kept": Deed("Lars", "/rights/reviews/{review_id}/lines/{line_id}/keep"),
    "a role is ended by a review": Deed("Petra", "/rights/reviews/{review_id}/lines/{line_id}/end"),
    "the glass is broken": Deed("Carla", "/glass", {"hospital_id": "{zeed}", "number": "71-Ours-08", "birth_on": "03-02-1961", "reason": WHY}, "Carla"),
    "a calendar": Deed("Mila", "/account/calendar", {}, "Mila"),
    "letters go out otherwise": Deed("Ada", "/manage/letters", {"audience": "referrer", "board_id": "{gi}", "hospital_id": "{zeed}"}),
    "kept longer": Deed("Ada", "/retention/rules/draft", {"amount": "20", "reason": WHY}),
    "read again": Deed("Lars", "/inbox/{message_id}/ignore", {"reason": WHY}),
    "absent for a week": Deed("Mila", "/meetings/absence", {"board": "{uro}", "first": CHOSEN, "last": CHOSEN}, "Mila"),
    "a registration that is put by": Deed("Dirk", "/register/draft", REFERRAL),
    "how a hospital is connected": Deed("Lars", "/links/{zeed}/settings", {"name": "x"}),
    "a new token": Deed("Lars", "/links/{zeed}/token"),
    "no token any more": Deed("Lars", "/links/{zeed}/token/withdraw"),
    "how copies reach the GP": Deed("Lars", "/links/{zeed}/gp", {"channel": "paper"}),
    "what a hospital is called": Deed("Ada", "/manage/hospitals/{zeed}", {"name": "x", "city": "x"}),
}  # fmt: skip
