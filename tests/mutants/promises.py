"""Which modules keep the promises, and the narrow tests that should notice."""

from __future__ import annotations

from typing import NamedTuple


class Group(NamedTuple):
    """Modules that the same tests look at."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "telling": Group(
        ("mdo_portal.services.handing_over", "mdo_portal.services.deliveries", "mdo_portal.services.delivered"),
        ("tests/test_dispatch.py", "tests/test_dispatch_after_all.py", "tests/test_late_words.py",
         "tests/services/test_handing_over.py", "tests/services/test_receipts.py", "tests/test_dispatch_races.py"),
    ),
    "order": Group(
        ("mdo_portal.services.replacing", "mdo_portal.services.outbox_order"),
        ("tests/test_dispatch_order.py", "tests/test_dispatch_overtaken.py", "tests/test_dispatch_replacing.py",
         "tests/test_dispatch_two_recipients.py"),
    ),
    "taking": Group(
        ("mdo_portal.services.outbox", "mdo_portal.dispatch", "mdo_portal.services.destinations", "mdo_portal.services.succession"),
        ("tests/test_dispatch.py", "tests/test_dispatch_letters.py", "tests/test_dispatch_of_whom.py",
         "tests/services/test_destinations.py", "tests/services/test_succession.py"),
    ),
    "patients": Group(
        ("mdo_portal.services.objections", "mdo_portal.services.withholding", "mdo_portal.services.families",
         "mdo_portal.services.merges", "mdo_portal.services.unmerging"),
        ("tests/services/test_objections.py", "tests/services/test_merges.py", "tests/services/test_merged_objections.py",
         "tests/services/test_merge_doubts.py", "tests/services/test_destruction_merged.py", "tests/test_identity_taken_back.py",
         "tests/test_dispatch_of_whom.py", "tests/test_dispatch_races.py", "tests/services/test_apart.py"),
    ),
    "acknowledgements": Group(
        ("mdo_portal.services.application_acks",),
        ("tests/test_application_acks.py",
            "tests/test_application_acks_owed.py", "tests/test_application_acks_sealed.py", "tests/test_late_acknowledgements.py",
         "tests/services/test_link_status.py"),
    ),
    "signing": Group(
        ("mdo_portal.services.decisions", "mdo_portal.services.decision_forms", "mdo_portal.services.decision_refusals",
         "mdo_portal.services.recipients", "mdo_portal.services.outcome_messages"),
        ("tests/services/test_decisions.py", "tests/services/test_decision_forms.py", "tests/services/test_advice.py",
         "tests/services/test_withdrawals.py", "tests/services/test_decision_objections.py", "tests/services/test_recipients.py",
         "tests/services/test_outcome_messages.py"),
    ),
    "seeing": Group(
        ("mdo_portal.services.access",),
        ("tests/services/test_access_bounds.py", "tests/services/test_access.py"),
    ),
    "opening": Group(
        ("mdo_portal.services.grants", "mdo_portal.domain.viewer"),
        ("tests/services/test_grants.py", "tests/services/test_grants_ending.py", "tests/domain/test_policy.py"),
    ),
    "keeping": Group(
        ("mdo_portal.services.purging", "mdo_portal.services.retention", "mdo_portal.services.destruction",
         "mdo_portal.services.destroy_requests", "mdo_portal.services.holds", "mdo_portal.services.caseless"),
        ("tests/services/test_retention.py", "tests/services/test_retention_clocks.py", "tests/services/test_retention_door.py",
         "tests/services/test_destruction.py", "tests/web/test_destruction_requests.py", "tests/services/test_destruction_merged.py",
         "tests/services/test_destruction_leaves_nothing.py", "tests/services/test_destroyed_since.py", "tests/services/test_holds.py",
         "tests/web/test_retention.py", "tests/test_purging_races.py"),
    ),
    "inbox": Group(
        ("mdo_portal.services.replaying", "mdo_portal.services.offering", "mdo_portal.services.inbox", "mdo_portal.services.awaiting"),
        ("tests/services/test_inbox.py", "tests/services/test_replaying.py", "tests/services/test_rereading.py",
         "tests/services/test_rereading_put_aside.py", "tests/test_rereading.py", "tests/test_identity_held.py",
         "tests/web/test_inbox.py"),
    ),
    "in turn": Group(
        ("mdo_portal.services.queue", "mdo_portal.services.settling"),
        ("tests/services/test_queue.py", "tests/services/test_arrivals.py", "tests/services/test_settling.py", "tests/test_reception.py", "tests/test_reception_batches.py"),
    ),
    "who it is": Group(
        ("mdo_portal.services.carrying_out", "mdo_portal.services.deciding", "mdo_portal.services.conflicts",
         "mdo_portal.services.rulings", "mdo_portal.services.identification", "mdo_portal.services.apart",
         "mdo_portal.services.unsaying", "mdo_portal.services.merge_doubts", "mdo_portal.services.held",
         "mdo_portal.services.asking_anew"),
        ("tests/test_identity_decisions.py", "tests/test_identity_conflicts.py", "tests/test_identity_answers.py",
         "tests/test_identity_afterwards.py", "tests/test_identity_apart.py", "tests/test_identity_held.py",
         "tests/test_identity_in_one_order.py", "tests/test_identity_lapsed.py", "tests/test_identity_name_alone.py",
         "tests/test_identity_taken_back.py", "tests/test_identity_two_again.py", "tests/test_identity_carrying_out.py", "tests/services/test_merges.py",
         "tests/services/test_apart.py", "tests/services/test_merge_doubts.py", "tests/services/test_linked_numbers.py",
         "tests/services/test_rereading_whose.py", "tests/web/test_identities.py",
         "tests/web/test_identity_order.py", "tests/web/test_identity_behind.py", "tests/services/test_keys_blind.py"),
    ),
    "receipts": Group(("mdo_portal.services.receipts",), ("tests/services/test_receipts.py", "tests/test_dispatch.py")),
}  # fmt: skip
