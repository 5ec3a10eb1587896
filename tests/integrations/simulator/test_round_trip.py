"""What a simulated hospital sends is what the portal reads: all cases of the region, through the profile of their link."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from integrations.fhir.reader import FhirReader
from integrations.hl7v2.reader import Hl7Reader
from integrations.simulator.fhir import bundle
from integrations.simulator.outbox import Composed
from integrations.simulator.region import CaseSeed, referral, region
from integrations.simulator.v2 import messages
from mdo_portal.exchange import Contact, IncomingDocument, IncomingReferral, PatientIdentity, Section

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TITLE = re.compile(r"(?:(?:prof|dr|drs|dhr|mw)\. )+")
SPOKEN = [case for case in region().cases if case.hospital in ("ZEED", "DELT", "MERW")]
every_case = pytest.mark.parametrize("case", SPOKEN, ids=lambda case: f"{case.hospital}-{case.code}")
