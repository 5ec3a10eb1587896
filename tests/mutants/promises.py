"""Which modules keep the promises of delivery, and the narrow tests of each. Those of chance are left out: what they find is not the same twice."""

_LETTERS = (
    "tests/test_dispatch.py", "tests/test_dispatch_after_all.py", "tests/test_dispatch_letters.py", "tests/test_dispatch_of_whom.py",
    "tests/test_dispatch_order.py", "tests/test_dispatch_overtaken.py", "tests/test_dispatch_replacing.py",
    "tests/test_dispatch_two_recipients.py", "tests/test_late_words.py", "tests/services/test_deliveries.py",
    "tests/services/test_destinations.py", "tests/services/test_going_on.py", "tests/services/test_handing_over.py",
    "tests/services/test_receipts.py", "tests/services/test_recipients.py", "tests/services/test_succession.py",
    "tests/services/test_withdrawals.py", "tests/services/test_acknowledging.py", "tests/services/test_decision_forms.py",
    "tests/services/test_restoring.py", "tests/services/test_follow_ups.py", "tests/web/test_post_pages.py",
)  # fmt: skip
_MERGES = (
    "tests/services/test_merges.py", "tests/services/test_merged_objections.py", "tests/services/test_merge_doubts.py",
    "tests/services/test_destruction_merged.py", "tests/test_identity_taken_back.py", "tests/test_dispatch_of_whom.py",
    "tests/web/test_identities.py",
)  # fmt: skip
_OBJECTIONS = (
    "tests/services/test_objections.py", "tests/services/test_merged_objections.py", "tests/services/test_recipients.py",
    "tests/services/test_unseen.py", "tests/web/test_agenda_objected.py",
)  # fmt: skip
_SIGNING = (
    "tests/services/test_decisions.py", "tests/services/test_decision_forms.py", "tests/services/test_advice.py",
    "tests/services/test_withdrawals.py", "tests/services/test_decision_objections.py", "tests/services/test_rounds.py",
)  # fmt: skip
_TESTS = {
    "dispatch": _LETTERS,
    "services.handing_over": _LETTERS,
    "services.deliveries": _LETTERS,
    "services.replacing": _LETTERS,
    "services.outbox": _LETTERS,
    "services.outbox_order": _LETTERS,
    "services.delivered": _LETTERS,
    "services.destinations": _LETTERS,
    "services.receipts": _LETTERS,
    "services.succession": _LETTERS,
    "services.withholding": (*_OBJECTIONS, "tests/test_dispatch_of_whom.py"),
    "services.objections": _OBJECTIONS,
    "services.application_acks": (
        "tests/test_application_acks.py", "tests/test_application_acks_sealed.py", "tests/test_late_acknowledgements.py",
        "tests/services/test_restoring.py", "tests/services/test_link_status.py",
    ),
    "services.merges": _MERGES,
    "services.unmerging": _MERGES,
    "services.families": (*_MERGES, *_OBJECTIONS),
    "services.decisions": _SIGNING,
    "services.decision_forms": _SIGNING,
}  # fmt: skip
#: the last name of a module → its whole name and the tests that tell
PROMISES = {name.rpartition(".")[2]: (f"mdo_portal.{name}", tests) for name, tests in _TESTS.items()}
