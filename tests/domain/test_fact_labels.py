"""The labels that are ours are shown in the reader's language; those of a hospital stay as they were sent."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mdo_portal.domain.fact_labels import OWN_LABELS
from mdo_portal.services.dossier.earlier_told import LABELS
from mdo_portal.services.referrals.referrals import CANCELLED

PROFILES = Path(__file__).resolve().parents[2] / "integrations" / "profiles"
#: what stands in a value, or behind a label of the sender, in the words it was written with, and above none by itself
WORDS = (
    "yes", "no", "criticality", "until", "as_needed", "reason", "evidence", "about", "method", "material", "place", "by", "patient", "died",
    "location", "prescriber", "removed", "addendum", "over", "at_most", "during", "somebody", "something",
    "form", "part_of", "cause_of_death", "agreed_with", "represented_by", "according", "preferred", "last", "times", "exception", "no_value", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
)  # fmt: skip
IN_VALUES = tuple(f"labels.{name}" for name in WORDS)


def labels_in(value: dict[str, Any], at: str = "") -> Iterator[str]:
    """What a profile puts above values: `label`, all of [labels] and [referral.spare_labels], and a document that was not sent."""
    for name, inner in value.items():
        place = f"{at}.{name}".lstrip(".")
        if isinstance(inner, dict):
            yield from labels_in(inner, place)
            continue
        is_label = name in ("label", "not_sent") or at == "labels" or at.endswith("spare_labels")
        if is_label and isinstance(inner, str) and place not in IN_VALUES:
            yield inner


def test_every_label_of_a_profile_is_one_of_ours() -> None:
    found = {one for file in PROFILES.glob("*.toml") for one in labels_in(tomllib.loads(file.read_text(encoding="utf-8")))}

    assert {"Diagnose", "Aangevraagd"} <= found
    assert found - OWN_LABELS == set()


def test_what_the_portal_keeps_of_before_has_a_label_of_ours() -> None:
    assert {*LABELS, CANCELLED} <= OWN_LABELS
