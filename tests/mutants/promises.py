"""Which modules keep the promises, and the narrow tests that should notice."""

from __future__ import annotations

from typing import NamedTuple


class Group(NamedTuple):
    """Modules that the same tests look at."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "telling": Group(
        ("mdo_portal.services.letters.handing_over", "mdo_portal.services.letters.deliveries", "mdo_portal.services.letters.delivered"),
        ("tests/test_dispatch.py", "tests/test_dispatch_after_all.py", "tests/test_late_words.py",
         "tests/services/letters/test_handing_over.py", "tests/services/letters/test_receipts.py", "tests/test_dispatch_races.py"),
    ),
    "order": Group(
        ("mdo_portal.services.letters.replacing", "mdo_portal.services.letters.outbox_order"),
        ("tests/test_dispatch_order.py", "tests/test_dispatch_overtaken.py", "tests/test_dispatch_replacing.py",
         "tests/test_dispatch_two_recipients.py"),
    ),
    "taking": Group(
        ("mdo_portal.services.letters.outbox", "mdo_portal.dispatch", "mdo_portal.services.letters.destinations", "mdo_portal.services.inbox.succession"),
        ("tests/test_dispatch.py", "tests/test_dispatch_letters.py", "tests/test_dispatch_of_whom.py",
         "tests/services/letters/test_destinations.py", "tests/services/inbox/test_succession.py"),
    ),
    "patients": Group(
        ("mdo_portal.services.identity.objections", "mdo_portal.services.letters.withholding", "mdo_portal.services.patients.families",
         "mdo_portal.services.identity.merges", "mdo_portal.services.identity.unmerging"),
        ("tests/services/identity/test_objections.py", "tests/services/identity/test_merges.py", "tests/services/identity/test_merged_objections.py",
         "tests/services/patients/test_merge_doubts.py", "tests/services/keeping/test_destruction_merged.py", "tests/test_identity_taken_back.py",
         "tests/test_dispatch_of_whom.py", "tests/test_dispatch_races.py", "tests/services/identity/test_apart.py"),
    ),
    "acknowledgements": Group(
        ("mdo_portal.services.inbox.application_acks",),
        ("tests/test_application_acks.py",
            "tests/test_application_acks_owed.py", "tests/test_application_acks_sealed.py", "tests/test_late_acknowledgements.py",
         "tests/services/oversight/test_link_status.py"),
    ),
    "signing": Group(
        ("mdo_portal.services.decisions.decisions", "mdo_portal.services.decisions.decision_forms", "mdo_portal.services.decisions.decision_refusals",
         "mdo_portal.services.letters.recipients", "mdo_portal.services.decisions.outcome_messages"),
        ("tests/services/decisions/test_decisions.py", "tests/services/decisions/test_decision_forms.py", "tests/services/room/test_advice.py",
         "tests/services/decisions/test_withdrawals.py", "tests/services/decisions/test_decision_objections.py", "tests/services/letters/test_recipients.py",
         "tests/services/decisions/test_outcome_messages.py"),
    ),
    "seeing": Group(
        ("mdo_portal.services.common.access",),
        ("tests/services/common/test_access_bounds.py", "tests/services/common/test_access.py"),
    ),
    "opening": Group(
        ("mdo_portal.services.people.grants", "mdo_portal.domain.viewer"),
        ("tests/services/people/test_grants.py", "tests/services/people/test_grants_ending.py", "tests/domain/test_policy.py"),
    ),
    "keeping": Group(
        ("mdo_portal.services.keeping.purging", "mdo_portal.services.keeping.retention", "mdo_portal.services.keeping.destruction",
         "mdo_portal.services.keeping.destroy_requests", "mdo_portal.services.keeping.holds", "mdo_portal.services.patients.caseless"),
        ("tests/services/keeping/test_retention.py", "tests/services/keeping/test_retention_clocks.py", "tests/services/keeping/test_retention_door.py",
         "tests/services/keeping/test_destruction.py", "tests/web/test_destruction_requests.py", "tests/services/keeping/test_destruction_merged.py",
         "tests/services/keeping/test_destruction_leaves_nothing.py", "tests/services/keeping/test_destroyed_since.py", "tests/services/keeping/test_holds.py",
         "tests/web/test_retention.py", "tests/test_purging_races.py"),
    ),
    "inbox": Group(
        ("mdo_portal.services.inbox.replaying", "mdo_portal.services.inbox.offering", "mdo_portal.services.inbox.inbox", "mdo_portal.services.referrals.awaiting"),
        ("tests/services/inbox/test_inbox.py", "tests/services/inbox/test_replaying.py", "tests/services/inbox/test_rereading.py",
         "tests/services/inbox/test_rereading_put_aside.py", "tests/test_rereading.py", "tests/test_identity_held.py",
         "tests/web/test_inbox.py"),
    ),
    "in turn": Group(
        ("mdo_portal.services.inbox.queue", "mdo_portal.services.inbox.settling"),
        ("tests/services/inbox/test_queue.py", "tests/services/inbox/test_arrivals.py", "tests/services/inbox/test_settling.py", "tests/test_reception.py", "tests/test_reception_batches.py"),
    ),
    "who it is": Group(
        ("mdo_portal.services.identity.carrying_out", "mdo_portal.services.patients.deciding", "mdo_portal.services.patients.conflicts",
         "mdo_portal.services.patients.rulings", "mdo_portal.services.patients.identification", "mdo_portal.services.identity.apart",
         "mdo_portal.services.referrals.unsaying", "mdo_portal.services.patients.merge_doubts", "mdo_portal.services.patients.held",
         "mdo_portal.services.identity.asking_anew"),
        ("tests/test_identity_decisions.py", "tests/test_identity_conflicts.py", "tests/test_identity_answers.py",
         "tests/test_identity_afterwards.py", "tests/test_identity_apart.py", "tests/test_identity_held.py",
         "tests/test_identity_in_one_order.py", "tests/test_identity_lapsed.py", "tests/test_identity_name_alone.py",
         "tests/test_identity_taken_back.py", "tests/test_identity_two_again.py", "tests/test_identity_carrying_out.py", "tests/services/identity/test_merges.py",
         "tests/services/identity/test_apart.py", "tests/services/patients/test_merge_doubts.py", "tests/services/identity/test_linked_numbers.py",
         "tests/services/inbox/test_rereading_whose.py", "tests/web/test_identities.py",
         "tests/web/test_identity_order.py", "tests/web/test_identity_behind.py", "tests/services/keeping/test_keys_blind.py"),
    ),
    "receipts": Group(("mdo_portal.services.letters.receipts",), ("tests/services/letters/test_receipts.py", "tests/test_dispatch.py")),
}  # fmt: skip
