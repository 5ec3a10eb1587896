"""Somebody else's answers as what does not exist (D6): the same bytes, and in the same time."""

from __future__ import annotations

import os
import time
import uuid
from statistics import NormalDist, median

import pytest

from mdo_portal.web import nothing
from tests.web.access_house import House, house, same_words

__all__ = ["house"]
PAGES = {
    "case": "/cases/{case_id}",
    "document": "/documents/{document_id}",
    "delivery": "/deliveries/{delivery_id}/letter",
    "meeting": "/meetings/{meeting_id}",
}
#: the row asks for 1,000: ORACLE_PAIRS=1000; fewer in every run, because a busy machine needs minutes for them
PAIRS = int(os.environ.get("ORACLE_PAIRS", "60"))
#: medians that differ less cannot be told apart over a network, whatever the p-value
SMALL_MS = 0.3
CHANCE = 0.001


def rank_p(first: list[float], second: list[float]) -> float:
    """Two-sided p of Mann-Whitney (normal approximation): how likely such a difference is by chance."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum = sum(at for at, (_, which) in enumerate(ranked, start=1) if which == 0)
    n, m = len(first), len(second)
    u, mean = rank_sum - n * (n + 1) / 2, n * m / 2
    return 2 * (1 - NormalDist().cdf(abs(u - mean) / (n * m * (n + m + 1) / 12) ** 0.5))


@pytest.mark.parametrize("page", PAGES)
def test_foreign_and_absent_cannot_be_told_apart(house: House, page: str) -> None:
    house.app.extensions["mdo_limits"].wait = lambda *_: 0.0
    house.app.extensions[nothing.AFTER] = nothing.SECONDS
    carla, foreign = house.person("Carla"), PAGES[page].format(**house.ids)
    times: dict[str, list[float]] = {"foreign": [], "absent": []}

    def ask(kind: str) -> None:
        path = foreign if kind == "foreign" else PAGES[page].format(**dict.fromkeys(house.ids, uuid.uuid4()))
        began = time.perf_counter()
        answer = carla.get(path)
        times[kind].append((time.perf_counter() - began) * 1_000)
        assert answer.status_code == 404
        words.add(same_words(answer.text, path))
        sizes.add(len(answer.data))

    words: set[str] = set()
    sizes: set[int] = set()
    for at in range(PAIRS):
        for kind in ("foreign", "absent") if at % 2 else ("absent", "foreign"):
            ask(kind)

    apart = median(times["foreign"]) - median(times["absent"])
    print(
        f"\n{page}: {PAIRS} pairs, medians {apart:+.3f} ms apart of {median(times['absent']):.2f} ms, p = {rank_p(*times.values()):.3f}"
    )
    assert len(words) == 1 and len(sizes) == 1
    assert abs(apart) < SMALL_MS or rank_p(*times.values()) > CHANCE  # a machine that does other things too is only noisy
