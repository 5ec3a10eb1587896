"""The hash of a decision is that of its content, however the content was put together."""

from __future__ import annotations

from mdo_portal.domain.decision import hash_of


def test_the_order_of_writing_does_not_matter_and_every_word_does() -> None:
    content = {"advice": "Operatie (ë).", "participants": [{"name": "A"}, {"name": "B"}]}

    assert hash_of(content) == hash_of(dict(reversed(content.items())))
    assert hash_of(content) != hash_of(content | {"advice": "Operatie (e)."})
    assert hash_of(content) != hash_of(content | {"participants": [{"name": "B"}, {"name": "A"}]})
