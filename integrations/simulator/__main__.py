"""`python -m integrations.simulator --hospital ZEED …`: one invented hospital."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from integrations.simulator.config import Config, Endpoint
from integrations.simulator.process import serve


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        config = Config(
            hospital=chosen.hospital,
            page=chosen.page,
            mllp=chosen.mllp,
            portal_mllp=chosen.portal_mllp,
            portal_fhir=chosen.portal_fhir,
            token=chosen.token,
            notified_pull=chosen.notified_pull,
            state_dir=chosen.state_dir,
            application_ack=chosen.application_ack,
            send_every=chosen.send_every,
            answer_seconds=chosen.answer_seconds,
            retry_seconds=chosen.retry_seconds,
        )
        serve(config, quiet=chosen.quiet)
    except (KeyError, ValueError, OSError) as trouble:
        parser.error(str(trouble))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.simulator", description="One invented hospital that speaks.")
    parser.add_argument("--hospital", required=True, help="code in the region: ZEED, DELT, MERW, ODUL, …")
    parser.add_argument("--page", type=Endpoint.parse, required=True, metavar="HOST:PORT", help="its page, and /fhir")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--mllp", type=Endpoint.parse, metavar="HOST:PORT", help="where it receives letters over HL7 v2")
    parser.add_argument("--portal-mllp", type=Endpoint.parse, metavar="HOST:PORT")
    parser.add_argument("--portal-fhir", default="", metavar="URL")
    parser.add_argument("--notified-pull", action="store_true", help="tell that data lie ready instead of sending them (STU3)")
    parser.add_argument("--application-ack", action="store_true", help="ask for the application's acknowledgement too (HL7 v2)")
    parser.add_argument("--token", default="", help="bearer token, in both directions")
    parser.add_argument(
        "--send-every", type=float, default=0.0, metavar="SECONDS", help="send one more case every so many seconds"
    )
    parser.add_argument("--answer-seconds", type=float, default=10.0, help="how long it waits for the portal's word")
    parser.add_argument("--retry-seconds", type=float, default=5.0, help="how long after silence it sends again")
    parser.add_argument("--quiet", action="store_true")
    return parser


if __name__ == "__main__":
    main()
