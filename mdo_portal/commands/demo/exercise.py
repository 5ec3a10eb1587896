"""`mdo-portal demo --exercise`: the whole main job, through public interfaces only; one JSON report.

Hospitals send over MLLP, FHIR and the web form; secretaries plan; two people type at once in every room; chairs
sign; every letter is waited for until its recipient has said that it has it. Exit 0 only when nothing is missing.
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import escape
from typing import Any

import click
import httpx

from mdo_portal.commands.demo.fill import LINKED, PASSWORD
from mdo_portal.commands.demo.places import Places
from mdo_portal.commands.demo.recommending import followed, recommend
from mdo_portal.commands.demo.registering import form_of
from mdo_portal.commands.demo.report import Report
from mdo_portal.commands.demo.screens import UUID, Screen, StoryBroken, first, meeting_to_choose, person, until, with_role
from mdo_portal.commands.demo.typists import Typist
from mdo_portal.wiring_region import CaseSeed, Region, invented_referral, invented_region

BY_FORM = "ODUL"


def exercise_running(places: Places) -> int:
    """Play the story against a running demo. Returns the exit code."""
    report, region = Report(), invented_region()
    started = time.monotonic()
    try:
        with report.step("refer"):
            _refer(places, region, report)
        with report.step("arrive"):
            screens = _arrived(places, region, report)
        for board in region.boards:
            _hold_meeting(places, region, board.code, screens[board.code], report)
        _count_followed(screens, report)
        with report.step("last_receipts"):
            lost, doubles = _count_letters(places, report)
    except (StoryBroken, httpx.HTTPError) as broken:
        click.echo(report.as_json(ok=False, broken=str(broken)))
        return 1
    all_there = report.counts["received"] == report.counts["signed"] == len(region.cases)
    ok = lost == 0 and doubles == 0 and all_there and report.counts["followed"] == report.counts["recommended"]
    click.echo(report.as_json(ok=ok, lost=lost, duplicates=doubles, total_seconds=round(time.monotonic() - started, 1)))
    return 0 if ok else 1


def _refer(places: Places, region: Region, report: Report) -> None:
    """Three EPDs send over their wires; the fourth hospital types its patients into the form."""
    for code in LINKED:
        answer = httpx.post(f"{places.page(code)}/api/send", json={"cases": "all"}, timeout=60, trust_env=False)
        answer.raise_for_status()
    cases = [case for case in region.cases if case.hospital == BY_FORM]
    typist = person(places, region, lambda one: one.hospital == BY_FORM and "specialist" in one.roles)
    for case in cases:
        _fill_in(typist, case)
    report.counts["referrals"] = len(region.cases)
    report.counts["by_form"] = len(cases)


def _fill_in(screen: Screen, case: CaseSeed) -> None:
    page = screen.read("/register")
    referral = invented_referral(case, today=datetime.now(UTC).date())
    boards = {name: value for value, name in re.findall(rf'<option value="({UUID})"[^>]*>\s*([^<]+?)\s*</option>', page)}
    fields, files = form_of(referral, boards, wanted=case.board)
    screen.send("/register", fields, files)


def _arrived(places: Places, region: Region, report: Report) -> dict[str, Screen]:
    """Wait until every referral stands on the work list of its secretary; a screen per board."""
    screens = {board.code: person(places, region, with_role(board.code, "secretary")) for board in region.boards}

    def all_there() -> bool:
        found = {case_id for screen in screens.values() for case_id in screen.work_list()}
        report.counts["on_work_list"] = len(found)
        return len(found) >= len(region.cases)

    until(all_there, seconds=60, what="every referral on a work list", pause=0.3)
    for _ in range(20):
        started = time.monotonic()
        next(iter(screens.values())).read("/worklist")
        report.work_list_ms.append((time.monotonic() - started) * 1000)
    return screens


def _hold_meeting(places: Places, region: Region, board: str, secretary: Screen, report: Report) -> None:
    with report.step(f"plan_{board}"):
        meeting_id = _plan(secretary, board, report)
    chair = person(places, region, with_role(board, "chair"))
    member = person(places, region, with_role(board, "member", "scribe"))
    watching = Screen(chair.base, chair.email, chair.password)  # signed in before: that is no part of what a letter takes
    with report.step(f"meet_{board}"):
        chair.send(f"/meetings/{meeting_id}/room/open", {})
        typists = [Typist(chair, meeting_id), Typist(member, meeting_id)]
        with ThreadPoolExecutor(max_workers=8) as waiting:
            for round_id in _rounds(chair, meeting_id):
                _discuss(chair, typists, meeting_id, round_id, report)
                receipt = _sign(chair, round_id, report)
                waiting.submit(_await_receipt, places, region, watching, round_id, receipt, report)
        for typist in typists:
            typist.leave()
        chair.send(f"/meetings/{meeting_id}/room/close", {})


def _plan(secretary: Screen, board: str, report: Report) -> str:
    """Everything of this board into its next meeting."""
    boards = secretary.read("/worklist")
    name = next(seed.name for seed in invented_region().boards if seed.code == board)
    board_id = first(rf'board=({UUID})"[^>]*><b>{re.escape(escape(name))}</b>', boards, f"board {board}")
    rows = re.findall(rf'data-row="({UUID})"', secretary.read(f"/worklist/rows?board={board_id}"))
    page = secretary.read(f"/cases/{rows[0]}")
    meeting_id = meeting_to_choose(page)
    for case_id in rows:
        secretary.send(f"/cases/{case_id}/plan", {"meeting_id": meeting_id, "late_reason": "oefening"})
    report.counts["planned"] = report.counts.get("planned", 0) + len(rows)
    return meeting_id


def _rounds(chair: Screen, meeting_id: str) -> list[str]:
    return re.findall(rf'data-row="({UUID})"', chair.read(f"/meetings/{meeting_id}/piece/agenda"))


def _discuss(chair: Screen, typists: list[Typist], meeting_id: str, round_id: str, report: Report) -> None:
    """Everyone goes to this case; two people type in the same sentence at once; both read the same in the end."""
    chair.send(f"/meetings/{meeting_id}/room/show/{round_id}", {})
    page = chair.read(f"/meetings/{meeting_id}/room/piece/conclusion?round={round_id}")
    notes = re.findall(rf'data-note="({UUID})"', page)
    if len(notes) != 3:
        raise StoryBroken(f"{len(notes)} notes in the room instead of 3")
    for typist in typists:
        for note_id in notes:
            typist.open(note_id)
    for number, note_id in enumerate(notes):
        _type_together(typists, note_id, ["Conclusie ", "en advies ", f"volgens de richtlijn, punt {number + 1}. "], report)
    made = recommend(chair, meeting_id, round_id, today=datetime.now(UTC).date())
    report.counts["recommended"] = report.counts.get("recommended", 0) + made
    chair.send(f"/meetings/{meeting_id}/room/outcome/{round_id}", {"outcome": "discussed"})
    report.counts["discussed"] = report.counts.get("discussed", 0) + 1


def _type_together(typists: list[Typist], note_id: str, words: list[str], report: Report) -> None:
    one, other = typists
    with ThreadPoolExecutor(max_workers=2) as hands:
        for word in words:
            list(hands.map(lambda typist, word=word: typist.type(note_id, word), typists))
    until(lambda: one.reads(note_id) == other.reads(note_id), seconds=10, what="two screens to agree", pause=0.005)
    typed = one.type(note_id, "·")
    until(lambda: other.heard.get(note_id, 0) > typed, seconds=10, what="a keystroke on the other screen", pause=0.001)
    report.relay_ms.append((other.heard[note_id] - typed) * 1000)
    until(lambda: one.reads(note_id) == other.reads(note_id), seconds=10, what="two screens to agree", pause=0.001)
    if sum(one.reads(note_id).count(word) for word in words) != 2 * len(words):
        raise StoryBroken("a word was lost while two people typed")


def _sign(chair: Screen, round_id: str, report: Report) -> float:
    page = chair.read(f"/rounds/{round_id}/sign")
    seen = first(r'name="seen" value="([0-9a-f]{64})"', page, "text to sign")
    chair.send(f"/rounds/{round_id}/sign", {"seen": seen, "password": PASSWORD})
    report.counts["signed"] = report.counts.get("signed", 0) + 1
    return time.monotonic()


def _await_receipt(places: Places, region: Region, screen: Screen, round_id: str, signed: float, report: Report) -> None:
    """Until the screen says *received*; on paper, the hospital itself says so."""

    def states() -> list[str]:
        return re.findall(r'data-delivery-state="([a-z]+)"', screen.read(f"/rounds/{round_id}/signed/piece"))

    paper = 'data-delivery-channel="paper"' in screen.read(f"/rounds/{round_id}/signed/piece")
    if paper:
        _confirm_on_paper(places, region, screen.read(f"/rounds/{round_id}/signed/piece"))
    until(lambda: states() and set(states()) == {"received"}, seconds=60, what="a receipt", pause=0.04)
    if not paper:
        report.receipt_seconds.append(time.monotonic() - signed)
    report.counts["received"] = report.counts.get("received", 0) + 1


def _confirm_on_paper(places: Places, region: Region, page: str) -> None:
    """The receiving hospital reads the letter on its post page, and says that it is there."""
    hospital = person(places, region, lambda one: one.hospital == BY_FORM and "specialist" in one.roles)
    for delivery_id in re.findall(rf'data-delivery="({UUID})"', page):
        letter = f"/deliveries/{delivery_id}/letter"
        until(lambda path=letter: hospital.download(path)[:5] == b"%PDF-", seconds=20, what="a letter to print")
        hospital.send(f"/deliveries/{delivery_id}/printed", {})
        hospital.send(f"/deliveries/{delivery_id}/confirm", {})


def _count_followed(screens: dict[str, Screen], report: Report) -> None:
    """Every recommendation stands on the list of its board's secretary; each secretary is asked once."""
    asked = {screen.email: screen for screen in screens.values()}
    report.counts["followed"] = sum(followed(screen) for screen in asked.values())


def _count_letters(places: Places, report: Report) -> tuple[int, int]:
    """What the receiving EPDs themselves say they have: letters lost, letters filed twice."""
    expected = report.counts["signed"] - report.counts["by_form"]
    letters: list[dict[str, Any]] = []
    doubles = 0
    for code in LINKED:
        state = httpx.get(f"{places.page(code)}/api/state", timeout=10, trust_env=False).json()
        letters += state["letters"]
        doubles += state["doubles"] if isinstance(state["doubles"], int) else 0
    numbers = [letter["document_number"] for letter in letters]
    report.counts["letters_in_epds"] = len(numbers)
    return expected - len(set(numbers)), len(numbers) - len(set(numbers)) + doubles
