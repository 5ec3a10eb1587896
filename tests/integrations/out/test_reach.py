"""Where we may go: registered endpoints, and behind their names only numbers outside our own walls."""

from __future__ import annotations

import pytest

from integrations.out import LOOPBACK, Reach

HOSPITAL = Reach(("https://fhir.deltamond.example/r4", "https://login.deltamond.example/token"))


@pytest.mark.parametrize(
    "url",
    ["https://fhir.deltamond.example/r4", "https://fhir.deltamond.example/r4/", "https://fhir.deltamond.example/r4/Task/7?a=b|c",
     "https://FHIR.deltamond.example:443/r4/Binary/1", "https://fhir.deltamond.example./r4", "https://login.deltamond.example/token"],
)  # fmt: skip
def test_what_lies_under_a_registered_endpoint_may_be_asked(url: str) -> None:
    assert HOSPITAL.covers(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://fhir.deltamond.example/r4", "https://fhir.deltamond.example:8443/r4", "https://fhir.deltamond.example/r4b/Task/1",
        "https://fhir.deltamond.example/", "https://fhir.deltamond.example/r4/../admin", "https://fhir.deltamond.example/r4/./admin",
        "https://fhir.deltamond.example/r4/\x07", "https://fhir.deltamond.example/r4/\x7f", "https://fhir.deltamond.example/r4/\u00e9",
        "https://fhir.deltamond.example/r4/%2e%2e/admin",
        "https://fhir.deltamond.example/r4/%2Fadmin", "https://fhir.deltamond.example/r4//elders.example", "https://elders.example/r4",
        "https://fhir.deltamond.example@elders.example/r4", "https://user@fhir.deltamond.example/r4",
        "https://fhir.deltamond.example\\@elders.example/r4", "https://fhir.deltamond.example/r4#x", "https://fhir.deltamond.example/r4\n",
        "https://fhir.deltamond.example/r4 x", "https://fhir.deltamond.example.elders.example/r4", "https://fhir.deltamond.example:0/r4",
        "https://fhir.deltamond.example:x/r4", "https://[fhir.deltamond.example/r4", "https://fhir.deltamönd.example/r4",
        "//fhir.deltamond.example/r4", "Task/7", "file:///etc/passwd", "gopher://fhir.deltamond.example/r4", "", None, 7, b"https://x/",
        "https://login.deltamond.example/tokens", "https://login.deltamond.example/",
    ],
)  # fmt: skip
def test_everything_else_is_refused(url: object) -> None:
    assert not HOSPITAL.covers(url)


INSIDE = ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1", "::ffff:7f00:1",
          "2002:7f00:1::", "64:ff9b::10.0.0.1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
          "::7f00:1", "::ffff:0:10.0.0.1", "64:ff9b:1::10.0.0.1", "fec0::1"]  # fmt: skip
NEVER = ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1%eth0", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1",
         "240.0.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
         "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:5601:5601", "nonsense", ""]  # fmt: skip


@pytest.mark.parametrize("number", [*INSIDE, *NEVER])
def test_nothing_inside_our_walls_may_be_asked_in_whatever_disguise(number: str) -> None:
    assert not HOSPITAL.allows(number)
    assert HOSPITAL.allows("93.184.215.14") and HOSPITAL.allows("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_a_network_that_was_registered_may_be_asked_and_its_neighbour_not() -> None:
    by_vpn = Reach(("https://fhir.deltamond.example/r4",), ("10.20.0.0/16",))

    assert by_vpn.allows("10.20.3.4") and by_vpn.allows("::ffff:10.20.3.4")
    assert not by_vpn.allows("10.21.0.1") and not by_vpn.allows("127.0.0.1")


@pytest.mark.parametrize("number", NEVER)
def test_where_clouds_keep_their_keys_nobody_can_register(number: str) -> None:
    assert not Reach((), ("0.0.0.0/0", "::/0")).allows(number) or number in {"240.0.0.1"}


@pytest.mark.parametrize("number", [one for one in NEVER if one != "240.0.0.1"])
def test_nor_is_it_within_a_network_that_somebody_registered(number: str) -> None:
    everything = Reach((), ("0.0.0.0/0", "::/0"))

    assert not everything.is_within(number)
    assert everything.is_within("10.0.0.1") and everything.is_within("fd00::1%eth0") and not HOSPITAL.is_within("93.184.215.14")


def test_a_hospital_on_the_internet_may_be_asked_over_a_net_of_six_alone() -> None:
    assert HOSPITAL.allows("64:ff9b::5db8:d70e")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "127.0.0.1", "[::1]"])
def test_a_number_written_as_a_name_is_no_way_round(host: str) -> None:
    """Refused at once when it is a plain literal; the odd ones are judged by what the system makes of them (test_http)."""
    registered = Reach((f"https://{host}/fhir",))

    assert not registered.covers(f"https://{host}/fhir") or host in {"2130706433", "0x7f000001", "0177.0.0.1", "127.1"}


def test_plain_http_is_for_this_machine_only_and_only_when_registered() -> None:
    assert Reach(("http://127.0.0.1:8101/fhir",), LOOPBACK).covers("http://127.0.0.1:8101/fhir/Task/1")
    assert not Reach(("http://127.0.0.1:8101/fhir",)).covers("http://127.0.0.1:8101/fhir/Task/1")
    assert Reach(("http://localhost:8101/fhir",), LOOPBACK).covers("http://localhost:8101/fhir/Task/1")
    assert not Reach(("http://localhost:8101/fhir",)).covers("http://localhost:8101/fhir/Task/1")
    assert not Reach(("http://10.0.0.1/fhir",), ("10.0.0.0/8",)).covers("http://10.0.0.1/fhir")
    assert not Reach(("http://fhir.deltamond.example/r4",), LOOPBACK).covers("http://fhir.deltamond.example/r4")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://fhir.deltamond.example/r4", "fhir.deltamond.example"),
        ("https://fhir.deltamond.example:443/r4", "fhir.deltamond.example"),
        ("https://fhir.deltamond.example:8443/r4", "fhir.deltamond.example:8443"),
        ("https://fhir.deltamond.example./r4", "fhir.deltamond.example"),
        ("https://[2606:2800:21f::1]/r4", "[2606:2800:21f::1]"),
        ("https://[2606:2800:21f::1]:8443/r4", "[2606:2800:21f::1]:8443"),
    ],
)
def test_a_server_is_called_by_its_own_name_and_an_unusual_port_is_said(url: str, said: str) -> None:
    """Behind one number stand several hospitals: they are told apart by it."""
    assert Reach((url,)).target(url).authority == said


def test_a_number_of_six_is_called_in_its_brackets_with_the_question() -> None:
    target = Reach(("https://fhir.deltamond.example/r4",)).target("https://fhir.deltamond.example/r4/Task?a=b")

    assert target.at("2606:2800:21f::1") == "https://[2606:2800:21f::1]:443/r4/Task?a=b"


def test_a_server_that_is_registered_without_a_path_is_asked_at_its_root() -> None:
    assert Reach(("https://fhir.deltamond.example",)).target("https://fhir.deltamond.example?a=b").path == "/?a=b"
