"""A mail that a letter stands ready: over TLS, to the registered address, and without a word about anybody."""

from __future__ import annotations

import email
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.channels import notice
from integrations.channels.notice import NoticeSender
from integrations.out import mail
from integrations.out.mail import MailServer
from mdo_portal.exchange import Address, Receipt, ReceiptKind
from tests.integrations.channels.mail_server import post
from tests.integrations.fhir.make import DELIVERY, decision
from tests.integrations.out.certificates import Authority

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
PORTAL = "https://mdo.example.nl"
HOST = "mail.example.nl"


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server's name stands for this machine."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **other: real("127.0.0.1" if host == HOST else host, *more, **other)
    )


def secure(authority: Authority, folder: Path, name: str = HOST) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(authority.write(folder, name))
    return made


def told(port: int, trust: str = "", *, to: str = "praktijk@huisarts.example", host: str = HOST) -> Receipt:
    server = MailServer(host, port, False, "mdo@example.nl", trust=trust)
    return NoticeSender(server, PORTAL, now=lambda: NOW).send(decision(), Address("GP", "paper", mail_to=to, timeout_seconds=5))


@pytest.mark.usefixtures("names")
def test_over_tls_it_is_mailed_and_that_is_no_receipt(authority: Authority, tmp_path: Path) -> None:
    with post(secure(authority, tmp_path)) as server:
        receipt = told(server.server_address[1], authority.pem)

    assert (receipt.kind, receipt.code) == (ReceiptKind.UNKNOWN, "mailed")
    assert [said for encrypted, said in server.heard if not encrypted] == ["ehlo example.nl", "STARTTLS"]
    (mail,) = server.mails
    assert f"{PORTAL}/post" in email.message_from_bytes(mail).get_payload()


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(("name", "code"), [(HOST, "mailed"), ("elders.example", "mail certificate")])
def test_over_smtps_nothing_is_said_before_it_is_encrypted_and_nothing_at_all_to_another(
    authority: Authority, tmp_path: Path, name: str, code: str
) -> None:
    with post(secure(authority, tmp_path, name), at_once=True) as server:
        there = MailServer(HOST, server.server_address[1], True, "mdo@example.nl", "mdo", "geheim", authority.pem)
        receipt = NoticeSender(there, PORTAL, now=lambda: NOW).send(
            decision(), Address("GP", "paper", mail_to="praktijk@huisarts.example")
        )

    assert receipt.code == code
    words = [said.split(" ")[0].split(":")[0].upper() for encrypted, said in server.heard if encrypted]
    assert words == (["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"] if code == "mailed" else [])
    assert len(words) == len(server.heard) and len(server.mails) == (code == "mailed")


@pytest.mark.usefixtures("names")
def test_nothing_in_it_is_about_anybody(authority: Authority, tmp_path: Path) -> None:
    with post(secure(authority, tmp_path)) as server:
        told(server.server_address[1], authority.pem)
    (mail,) = server.mails
    text = mail.decode().casefold()
    one = decision()
    secrets = [one.patient.bsn, one.patient.local_number, one.patient.name.own_family, one.document_number, one.referral_number,
               one.board_name, one.recipient_name, one.letter_title, one.signed_by.name, "1957", one.decision_id]  # fmt: skip

    assert [said for said in secrets if said.casefold() in text] == []
    assert "utf-8" in text and "auto-generated" in text


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("wrong", ["no tls", "name", "roots"])
def test_a_mail_server_that_is_not_who_it_should_be_gets_no_address(authority: Authority, tmp_path: Path, wrong: str) -> None:
    context = None if wrong == "no tls" else secure(authority, tmp_path, "elders.example" if wrong == "name" else HOST)
    with post(context) as server:
        receipt = told(server.server_address[1], Authority().pem if wrong == "roots" else authority.pem)

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, "mail no_tls" if wrong == "no tls" else "mail certificate")
    assert not [said for _, said in server.heard if "huisarts" in said]
    assert server.mails == []


def test_a_server_on_this_machine_may_do_without() -> None:
    with post() as server:
        assert told(server.server_address[1], host="127.0.0.1").code == "mailed"


def test_a_server_that_refuses_is_tried_later_and_its_words_stay_out() -> None:
    with post(refuses="550 praktijk@huisarts.example is unknown") as server:
        receipt = told(server.server_address[1], host="127.0.0.1")

    assert (receipt.kind, receipt.text) == (ReceiptKind.LATER, "")
    assert receipt.code in ("mail 550", "mail recipient")


@pytest.mark.parametrize("goodbye", ["421 too busy", "500 what?", "221"])
def test_a_mail_that_was_taken_is_mailed_whatever_the_server_says_to_our_goodbye(goodbye: str) -> None:
    """It was called not mailed, and mailed again at every attempt."""
    with post(goodbye=goodbye) as server:
        receipt = told(server.server_address[1], host="127.0.0.1")

    assert (receipt.code, len(server.mails)) == ("mailed", 1)


def test_a_server_that_takes_its_time_over_each_step_is_hung_up_on_before_another_may_mail_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each step was in time, and all together outlasted the lease of the letter."""
    monkeypatch.setattr(mail, "MOST_SECONDS", 0.2)
    with post() as server:
        server.step = 0.06
        receipt = told(server.server_address[1], host="127.0.0.1")

    assert (receipt.kind, receipt.code, server.mails) == (ReceiptKind.LATER, "mail unreachable", [])


def test_nobody_there_is_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]

    assert told(port, host="127.0.0.1").code == "mail unreachable"


@pytest.mark.parametrize(
    "to", ["", "huisarts", "a@b", "a@b.nl\nBcc: c@d.nl", "a@b.nl, c@d.nl", "<a@b.nl>", "a b@c.nl", "é@b.nl", "a@b.nl\r\n"]
)
def test_what_is_no_single_address_is_refused(to: str) -> None:
    with post() as server:
        receipt = told(server.server_address[1], to=to, host="127.0.0.1")

    assert (receipt.kind, receipt.code, server.heard) == (ReceiptKind.REFUSED, "bad_address", [])


def test_without_a_mail_server_it_waits_and_says_why() -> None:
    receipt = NoticeSender(None, PORTAL).send(decision(), Address("GP", "paper", mail_to="a@b.nl"))

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, "no_mail_server")


def test_one_letter_is_told_once_a_day_however_often_it_is_tried() -> None:
    clock = [NOW]
    with post() as server:
        sender = NoticeSender(
            MailServer("127.0.0.1", server.server_address[1], False, "mdo@example.nl"), PORTAL, now=lambda: clock[0]
        )
        to = Address("GP", "paper", mail_to="a@b.nl", timeout_seconds=5)
        for hours in (0, 1, 23, 24, 25):
            clock[0] = NOW + timedelta(hours=hours)
            said = sender.send(decision(), to)
            assert (said.kind, said.code) == (ReceiptKind.UNKNOWN, "mailed"), "told before or not, a mail is no receipt"
        other = sender.send(decision(delivery_id="11111111-2222-4333-8444-555555555555"), to)
    numbers = [email.message_from_bytes(mail)["Message-ID"] for mail in server.mails]

    assert other.code == "mailed"
    assert numbers[0] == numbers[1] == f"<{DELIVERY.replace('-', '')}@example.nl>"
    assert len(numbers) == 3


def test_of_more_letters_than_are_remembered_the_one_told_longest_ago_is_told_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "REMEMBERED", 2)
    clock = [NOW]
    with post() as server:
        sender = NoticeSender(
            MailServer("127.0.0.1", server.server_address[1], False, "mdo@example.nl"), PORTAL, now=lambda: clock[0]
        )
        to = Address("GP", "paper", mail_to="a@b.nl", timeout_seconds=5)

        def mails_of(*letters: int) -> int:
            before = len(server.mails)
            for letter in letters:
                sender.send(decision(delivery_id=f"11111111-2222-4333-8444-55555555555{letter}"), to)
            return len(server.mails) - before

        assert (mails_of(1, 2), mails_of(1, 2)) == (2, 0)
        clock[0] = NOW + timedelta(hours=24)
        assert mails_of(1) == 1, "a day later; then 2 is the one told longest ago"
        assert (mails_of(3), mails_of(1), mails_of(2)) == (1, 0, 1)


def test_it_says_who_sends_it_and_when_and_that_no_person_did() -> None:
    with post() as server:
        assert told(server.server_address[1], host="127.0.0.1").code == "mailed"
    mail = email.message_from_bytes(server.mails[0])

    assert (mail["From"], mail["To"], mail["Subject"]) == ("mdo@example.nl", "praktijk@huisarts.example", notice.SUBJECT)
    assert (mail["Date"], mail["Auto-Submitted"]) == ("Tue, 24 Nov 2026 18:00:00 +0000", "auto-generated")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://mail.example.nl", ("mail.example.nl", 587, False, "", "")),
        ("smtps://mdo:a%40b@mail.example.nl", ("mail.example.nl", 465, True, "mdo", "a@b")),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, False, "", "")),
    ],
)
def test_a_mail_server_is_named_by_its_address(url: str, wanted: tuple[object, ...]) -> None:
    made = MailServer.parse(url, "mdo@example.nl")

    assert (made.host, made.port, made.is_tls, made.user, made.password) == wanted
    assert "a@b" not in repr(made)


@pytest.mark.parametrize(("url", "sender"), [("http://mail", "a@b.nl"), ("smtp:///x", "a@b.nl"), ("smtp://mail", "none")])
def test_what_is_no_mail_server_is_said_at_the_start(url: str, sender: str) -> None:
    with pytest.raises(ValueError):
        MailServer.parse(url, sender)
