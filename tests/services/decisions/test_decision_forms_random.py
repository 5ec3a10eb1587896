"""Whatever chairs sign, correct, add and withdraw, and whenever letters arrive: nothing signed changes, and one thing stands at most."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import FORM_MOVES, REPLACES, WHOLE, Decision, hash_of, main, message, standing
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import PortalError
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.decisions import decision_content, decision_forms, decisions
from mdo_portal.services.decisions.decision_forms import Then, Written
from mdo_portal.services.letters import deliveries
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region

ACTS = ("correct", "addendum", "again", "closed", "arrive", "refuse", "plan")
FORMS = {
    "correct": DecisionForm.CORRECTION,
    "addendum": DecisionForm.ADDENDUM,
    "again": DecisionForm.WITHDRAWAL,
    "closed": DecisionForm.WITHDRAWAL,
}


@dataclass(frozen=True)
class One:
    """As much of a decision as the rules of the domain look at."""

    version: int
    form: DecisionForm


@given(st.lists(st.sampled_from(DecisionForm), max_size=12))
def test_of_whatever_the_moves_allow_one_whole_advice_stands_with_its_additions(wanted: list[DecisionForm]) -> None:
    signed: list[One] = []
    for form in wanted:
        if form in FORM_MOVES[signed[-1].form if signed else None]:
            signed.append(One(len(signed) + 1, form))

    holds, whole, told = standing(signed), main(signed), message(signed)
    advised = [one for one in signed if one.form.has_advice]

    assert (whole is None) == (not advised)
    assert signed[len(signed) - len(advised) :] == advised, "where there is an advice, no message follows that there is none"
    assert (told is not None) == (bool(signed) and signed[-1].form is DecisionForm.OUTCOME) and not (told and holds)
    if holds:
        assert holds[0] is whole and [one.form for one in holds[1:]] == [DecisionForm.ADDENDUM] * (len(holds) - 1)
        assert not any(one.form in REPLACES for one in signed if one.version > holds[0].version)
    else:
        assert not advised or signed[-1].form is DecisionForm.WITHDRAWAL
    assert [one.form for one in signed].count(DecisionForm.FIRST) <= 1
    assert all(one.form in WHOLE for one in holds[:1])


@dataclass
class House:
    """A case in the portal, and what we believe about it."""

    session: Session
    region: Region
    round_: Round
    #: forms signed in the round that is the newest
    forms: list[DecisionForm] = field(default_factory=lambda: [DecisionForm.FIRST])
    #: number -> (hash, form, reason) of everything that was ever signed
    kept: dict[str, tuple[str, DecisionForm, str]] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.session.get_one(Case, self.round_.case_id)

    def act(self, name: str) -> None:
        getattr(self, f"_{name}", lambda: self._signs(name))()
        self.session.flush()

    def _signs(self, name: str) -> None:
        form, before, last = FORMS[name], self.case.state, self.forms[-1]
        try:
            with self.session.begin_nested():
                self._sign(form, Then.AGAIN if name == "again" else Then.CLOSED)
        except PortalError:
            assert form not in FORM_MOVES[last]
            self.session.refresh(self.case)
            assert self.case.state is before
            return
        assert form in FORM_MOVES[last]
        self.forms.append(form)
        if form is not DecisionForm.WITHDRAWAL:
            assert self.case.state is CaseState.DECIDED
        elif name == "again":
            assert self.case.state in (CaseState.READY, CaseState.INCOMPLETE)
        else:
            assert self.case.state is CaseState.CLOSED

    def _sign(self, form: DecisionForm, then: str) -> None:
        chair, now = self.region.bram, NOW
        if form is DecisionForm.CORRECTION:
            decisions.start_correction(self.session, self.round_, self.case)
            make.signed(self.session, self.round_, viewer=chair, reason="herzien")
            return
        written = Written(form, "erbij" if form is DecisionForm.ADDENDUM else "", "reden", then)
        shown = decision_forms.preview(self.session, self.round_, self.case, written, network=NETWORK, viewer=chair)
        decision_forms.sign(
            self.session, self.round_, self.case, written, seen_hash=shown.content_hash, network=NETWORK, viewer=chair, now=now
        )

    def _letters(self) -> list[Delivery]:
        query = select(Delivery).where(Delivery.case_id == self.case.id, Delivery.state == "waiting").order_by(Delivery.version)
        return list(self.session.scalars(query))

    def _arrive(self) -> None:
        for letter in self._letters():
            deliveries.settle(self.session, letter.id, Receipt(ReceiptKind.ACCEPTED, "AA", reference="x"), now=NOW)

    def _refuse(self) -> None:
        for letter in self._letters()[:1]:
            deliveries.settle(self.session, letter.id, Receipt(ReceiptKind.REFUSED, "AE"), now=NOW)

    def _plan(self) -> None:
        """A case that went back is discussed and signed in another round."""
        if self.case.state not in (CaseState.READY, CaseState.INCOMPLETE):
            return
        meeting = self.session.get_one(Meeting, self.region.meeting)
        self.round_ = make.planned(self.session, self.case, meeting, viewer=self.region.aisha)
        make.signed(self.session, make.discussed(self.session, self.round_, viewer=self.region.bram), viewer=self.region.bram)
        self.forms = [DecisionForm.FIRST]

    def check(self) -> None:
        everything = self.session.scalars(select(Decision).where(Decision.case_id == self.case.id)).all()
        for one in everything:
            said = (one.content_hash, one.form, one.correction_reason)
            assert self.kept.setdefault(one.document_number, said) == said and hash_of(one.content) == one.content_hash
        assert len(self.kept) == len(everything)
        signed = decision_content.of_round(self.session, self.round_.id)
        assert [one.form for one in signed] == self.forms
        assert [one.version for one in signed] == list(range(1, len(signed) + 1))
        letters = self.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.case_id == self.case.id))
        assert letters == len(everything), "signed x recipients = letters"
        assert (self.case.state is CaseState.DELIVERED) <= bool(standing(signed)), "nothing is delivered where nothing stands"


@settings(max_examples=15)
@given(acts=st.lists(st.sampled_from(ACTS), max_size=9))
def test_the_portal_moves_as_the_model_says(session: Session, region: Region, acts: list[str]) -> None:
    with session.begin_nested() as savepoint:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
        planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
        make.signed(session, make.discussed(session, planned, viewer=region.bram), viewer=region.bram)
        house = House(session, region, planned)
        house.check()
        for act in acts:
            house.act(act)
            house.check()
        savepoint.rollback()
