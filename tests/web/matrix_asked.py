"""What the matrix asks by an object in a question, not in an address: a page without one shows nothing of it."""

from __future__ import annotations

from tests.web.matrix_rules import Rule, of_case, of_hospital, of_meeting, of_page, of_person

#: what only a page with an object in its question shows: (endpoint, address, rule)
ASKED: tuple[tuple[str, str, Rule], ...] = (
    ("worklist.brief", "/worklist/brief?case={case_id}", of_case),
    ("cases.page", "/cases/{case_id}?document={document_id}", of_case),
    ("rooms.page", "/meetings/{meeting_id}/room?round={round_id}", of_meeting),
    ("rooms.piece", "/meetings/{meeting_id}/room/piece/case?round={round_id}&document={document_id}", of_meeting),
    ("rights.explain", "/rights/explain/{person_id}?hospital={hospital_id}", of_person),
    ("worklist.page", "/worklist?board={board_id}&case={case_id}", of_page),
    ("worklist.rows", "/worklist/rows?hospital={hospital_id}", of_page),
    ("post.page", "/post?tab=all", of_page),
    ("post.page", "/post?tab=all&after={delivery_id}", of_page),
    ("post.rows", "/post/rows?tab=all&after={delivery_id}", of_page),
    ("follow_ups.page", "/follow-up?board={board_id}&hospital={hospital_id}&all=1", of_page),
    ("inbox.page", "/inbox?hospital={hospital_id}&before={message_id}", of_page),
    ("inbox.rows", "/inbox/rows?hospital={hospital_id}&before={message_id}", of_page),
    ("providers.page", "/links/sign-in/{provider_id}?hospital={hospital_id}", of_hospital),
    ("absences.stand_in", "/meetings/{meeting_id}/absence/stand-in?person={person_id}", of_meeting),
    ("worklist.rows", "/worklist/rows?board={board_id}&over=1&after={case_id}", of_page),
    ("forms.page", "/register?case={case_id}", of_page),
)
