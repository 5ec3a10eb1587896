"""Every page, by who opens it: for `test_languages.py`. Of `POST …` the words behind the question mark travel as a form."""

from __future__ import annotations

WORK_LIST = (
    "/worklist",
    "/worklist/boards",
    "/worklist/rows",
    "/worklist?over=1",
    "/worklist/brief?case={waiting}",
    "/worklist/brief?case={scheduled}",
)
CASES = ("/cases/{waiting}", "/cases/{scheduled}", "/cases/{discussed}", "/cases/{decided}")
MEETINGS = ("/meetings", "/meetings/absence", "/meetings/figures/{uro}", "/meetings/{coming}", "/meetings/{open}")
ROOMS = (
    "/meetings/{coming}/room",
    "/meetings/{open}/room",
    "/meetings/{open}/room?round={ended}",
    "/meetings/{open}/room?round={signed}",
)
SIGNING = ("/rounds/{ended}/sign", "/rounds/{signed}/signed")
POST = ("/post", "/post?tab=all", "/post?tab=held", "/post/week")
FOLLOWING = (
    "/follow-up", "/follow-up?all=1", "/follow-up/{open_item}", "/follow-up/{closed_item}", "/follow-up/figures/{uro}",
    "/meetings/{open}/told-back",
)  # fmt: skip
LINKS = ("/links", "/links/now", "/inbox", "/inbox?state=unreadable", "/inbox?state=ignored")
LINK = tuple(
    f"/links/{{zeed}}{part}"
    for part in (
        "",
        "/now",
        "/settings",
        "/try",
        "/places",
        "/places/keys",
        "/gp",
        "/agreements",
        "/launch",
        "/line/certificate",
        "/line/plain",
    )
)
ACCOUNT = ("/account", "/account/second-factor", "/confirm", "/confirm?strong=1", "/hospital", "/nothing-yet")
LOG = (
    "/log", "POST /log?odd=1", "POST /log?number=4711", "/log/patient", "POST /log/patient?number=4711", "/log/review", "/log/breach",
    "POST /log/breach?since={long_ago}&until={later}",
)  # fmt: skip
KEEPING = (
    "/retention", "/destruction/patient/{patient}", "/destruction/{asked}", "/destruction/{refused}", "/destruction/{done}",
)  # fmt: skip
RIGHTS = ("/rights", "/rights/reviews/{review}", "/rights/explain", "/rights/explain/{bram}")
AT_HOSPITAL = ("/people/hospital/{zeed}", "/people/{dirk}")
AT_BOARD = ("/people/board/{uro}", "/people/{bram}", "/rights", "/rights/explain", "/rights/explain/{mila}")
PROVIDERS = ("/links/sign-in", "/links/sign-in/{new_provider}?hospital={zeed}", "/links/sign-in/{provider}")
MANAGING = ("/manage", "/manage/boards/new", "/manage/boards/{uro}", "/manage/hospitals/{zeed}")
#: who opens what; Nobody is not signed in
PAGES = {
    "Aisha": (*WORK_LIST, *CASES, *MEETINGS, *ROOMS, *POST, *AT_BOARD),
    "Bram": (*WORK_LIST, "/register", *CASES, *MEETINGS, *ROOMS, *SIGNING, *POST, *FOLLOWING, *AT_BOARD[:2]),
    "Dirk": (*WORK_LIST, "/register", *CASES, *POST, "/glass", "/launch/onward/x", *ACCOUNT),
    "Carla": ("/cases/{shared}", "/cases/{broken}"),
    "Lars": (*LINKS, *LINK, *POST, *AT_HOSPITAL, *PROVIDERS, "/rights"),
    "Petra": (*LOG, *KEEPING, *AT_HOSPITAL, *RIGHTS, "POST /rights/explain/{bram}?number=4711", "POST /rights/explain/{bram}"),
    "Ada": ("/links", "/links/new", *LINK, "/inbox", *MANAGING, *AT_HOSPITAL, "/retention", "/rights", "/rights/explain"),
    "Nobody": ("/sign-in", "/invitation"),
}
