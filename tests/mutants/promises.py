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
         "tests/services/letters/test_handing_over.py", "tests/services/letters/test_receipts.py", "tests/test_dispatch_races.py",
         "tests/test_dispatch_quick_no.py", "tests/test_dispatch_refused_repeats.py"),
    ),
    "order": Group(
        ("mdo_portal.services.letters.replacing", "mdo_portal.services.letters.outbox_order"),
        ("tests/test_dispatch_order.py", "tests/test_dispatch_overtaken.py", "tests/test_dispatch_replacing.py",
         "tests/test_dispatch_two_recipients.py"),
    ),
    "under way": Group(
        ("mdo_portal.services.letters.under_way", "mdo_portal.services.letters.withholding", "mdo_portal.services.letters.delivered",
         "mdo_portal.services.letters.outbox_order", "mdo_portal.services.letters.outbox", "mdo_portal.services.letters.destinations"),
        ("tests/test_dispatch.py", "tests/test_dispatch_after_all.py", "tests/test_dispatch_carried_meanwhile.py", "tests/test_dispatch_killed.py",
         "tests/test_dispatch_quick_no.py",
         "tests/test_dispatch_letters.py", "tests/test_dispatch_named_on_paper.py", "tests/test_dispatch_named_unsure.py",
         "tests/test_dispatch_of_whom.py", "tests/test_dispatch_order.py", "tests/test_dispatch_overtaken.py", "tests/test_dispatch_replacing.py",
         "tests/test_dispatch_two_recipients.py", "tests/services/letters/test_under_way.py", "tests/services/letters/test_withholding.py",
         "tests/services/letters/test_destinations.py", "tests/services/letters/test_handing_over.py", "tests/services/letters/test_receipts.py",
         "tests/services/letters/test_succession.py", "tests/services/identity/test_objections.py", "tests/test_dispatch_races.py"),
    ),
    "taking": Group(
        ("mdo_portal.services.letters.outbox", "mdo_portal.dispatch", "mdo_portal.services.letters.destinations", "mdo_portal.services.letters.succession"),
        ("tests/test_dispatch.py", "tests/test_dispatch_letters.py", "tests/test_dispatch_of_whom.py",
         "tests/services/letters/test_destinations.py", "tests/services/letters/test_succession.py"),
    ),
    "patients": Group(
        ("mdo_portal.services.identity.objections", "mdo_portal.services.letters.withholding", "mdo_portal.services.patients.families",
         "mdo_portal.services.identity.merges", "mdo_portal.services.identity.unmerging"),
        ("tests/services/identity/test_objections.py", "tests/services/identity/test_merges.py", "tests/services/identity/test_merged_objections.py",
         "tests/services/patients/test_merge_doubts.py", "tests/services/keeping/test_destruction_merged.py", "tests/test_identity_taken_back.py",
         "tests/test_dispatch_of_whom.py", "tests/test_dispatch_races.py", "tests/services/identity/test_apart.py",
         "tests/services/identity/test_merges_held.py"),
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
         "mdo_portal.services.keeping.destroy_requests", "mdo_portal.services.keeping.holds", "mdo_portal.services.keeping.proofs", "mdo_portal.services.patients.caseless"),
        ("tests/services/keeping/test_retention.py", "tests/services/keeping/test_retention_clocks.py", "tests/services/keeping/test_retention_door.py",
         "tests/services/keeping/test_destruction.py", "tests/web/test_destruction_requests.py", "tests/services/keeping/test_destruction_merged.py",
         "tests/services/keeping/test_destruction_leaves_nothing.py", "tests/services/keeping/test_destroyed_since.py", "tests/services/keeping/test_holds.py",
         "tests/web/test_retention.py", "tests/test_purging_races.py", "tests/services/keeping/test_destruction_questions.py",
         "tests/services/keeping/test_destruction_of_whom.py", "tests/services/keeping/test_proofs.py",
         "tests/services/keeping/test_purging_workers.py", "tests/services/keeping/test_destruction_unread.py",
         "tests/services/keeping/test_destruction_whose_looks.py"),
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
         "mdo_portal.services.patients.pile",
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
    "put back": Group(
        ("mdo_portal.services.keeping.restoring",),
        ("tests/services/keeping/test_restoring.py", "tests/test_application_acks_owed.py", "tests/web/test_post_pages.py"),
    ),
    "live": Group(
        ("mdo_portal.live.guard",),
        ("tests/live/test_audited.py", "tests/live/test_events_in_one_piece.py"),  # in this process: the others ask processes of their own
    ),
    "log": Group(
        ("mdo_portal.services.access_log.audit", "mdo_portal.services.access_log.audit_verify", "mdo_portal.services.access_log.audit_seals",
         "mdo_portal.services.access_log.audit_cuts", "mdo_portal.services.access_log.audit_breach", "mdo_portal.services.access_log.audit_event",
         "mdo_portal.services.access_log.audit_fields", "mdo_portal.services.access_log.audit_findings", "mdo_portal.services.access_log.audit_lines",
         "mdo_portal.services.access_log.audit_patient", "mdo_portal.services.access_log.audit_reads", "mdo_portal.services.access_log.audit_review",
         "mdo_portal.services.access_log.audit_sign_in", "mdo_portal.services.access_log.audit_whose"),
        ("tests/services/access_log/test_who_looked.py", "tests/services/access_log/test_who_looked_random.py",
         "tests/services/access_log/test_who_looked_moved.py", "tests/services/access_log/test_audit_findings.py",
         "tests/services/access_log/test_audit.py", "tests/services/access_log/test_audit_chain.py", "tests/services/keeping/test_log_cut.py",
         "tests/web/test_log_review.py", "tests/web/test_log_review_pages.py", "tests/web/test_log_pages.py", "tests/web/test_identity_looks.py",
         "tests/web/test_review_lines.py", "tests/commands/test_log_lines.py"),
    ),
    "coming in": Group(
        ("mdo_portal.reception", "mdo_portal.understanding"),
        ("tests/test_reception.py", "tests/test_reception_again.py", "tests/test_reception_taken_back.py", "tests/test_reception_batches.py",
         "tests/test_reception_bad_rows.py", "tests/test_reception_unread.py", "tests/test_readers_away.py"),
    ),
    "letters": Group(
        ("mdo_portal.services.letters.acknowledging", "mdo_portal.services.letters.lateness", "mdo_portal.services.letters.post",
         "mdo_portal.services.letters.post_rows", "mdo_portal.services.letters.post_week", "mdo_portal.services.letters.receipt_lists",
         "mdo_portal.services.letters.patient_letters", "mdo_portal.services.letters.explained", "mdo_portal.services.letters.letter_templates",
         "mdo_portal.services.letters.letter_template_choice", "mdo_portal.services.letters.letter_template_rules"),
        ("tests/services/letters/test_acknowledging.py", "tests/services/letters/test_lateness.py", "tests/services/letters/test_post.py",
         "tests/services/letters/test_patient_letters.py", "tests/services/letters/test_letter_templates.py", "tests/services/letters/test_going_on.py",
         "tests/web/test_post_pages.py"),
    ),
    "outcomes": Group(
        ("mdo_portal.services.decisions.decision_content", "mdo_portal.services.decisions.decision_objections", "mdo_portal.services.decisions.outcomes",
         "mdo_portal.services.decisions.rounds", "mdo_portal.services.decisions.signing_warnings", "mdo_portal.services.decisions.untold"),
        ("tests/services/decisions/test_decisions.py", "tests/services/decisions/test_decision_forms.py", "tests/services/decisions/test_decision_objections.py",
         "tests/services/decisions/test_gone_before.py", "tests/services/decisions/test_opened_by_mistake.py", "tests/services/decisions/test_rounds.py",
         "tests/services/decisions/test_taking_part.py", "tests/services/decisions/test_untold.py", "tests/services/decisions/test_withdrawals.py",
         "tests/services/decisions/test_ended_before_shown.py", "tests/services/decisions/test_objection_to_an_addendum.py"),
    ),
    "in the room": Group(
        ("mdo_portal.services.room.rooms", "mdo_portal.services.room.conclusions", "mdo_portal.services.room.advice", "mdo_portal.services.room.presence",
         "mdo_portal.services.room.roll", "mdo_portal.services.room.companions", "mdo_portal.services.room.unaccompanied"),
        ("tests/services/room/test_rooms.py", "tests/services/room/test_advice.py", "tests/services/room/test_advice_bounds.py",
         "tests/services/room/test_companions.py", "tests/services/decisions/test_taking_part.py", "tests/services/meetings/test_left_open.py",
         "tests/web/test_unaccompanied.py", "tests/services/decisions/test_opened_by_mistake.py",
         "tests/services/decisions/test_ended_before_shown.py"),
    ),
    "planning": Group(
        ("mdo_portal.services.planning.planning", "mdo_portal.services.planning.rescheduling", "mdo_portal.services.planning.undecided",
         "mdo_portal.services.planning.calling_off"),
        ("tests/services/planning/test_calling_off.py", "tests/services/planning/test_rescheduling.py", "tests/services/planning/test_stale_pages.py",
         "tests/services/meetings/test_meetings.py", "tests/services/meetings/test_meetings_counted.py", "tests/web/test_left_open.py",
         "tests/services/history/test_standing.py", "tests/web/test_undoing_a_plan.py", "tests/web/test_agendas_in_one_order.py"),
    ),
    "signed in": Group(
        ("mdo_portal.services.people.sessions", "mdo_portal.services.people.passkeys"),
        ("tests/services/people/test_sessions.py", "tests/services/people/test_passkeys.py", "tests/services/rights/test_credentials.py",
         "tests/web/test_account.py", "tests/web/test_signing_in.py"),
    ),
    "proving it": Group(
        ("mdo_portal.services.people.passwords", "mdo_portal.services.people.second_factors", "mdo_portal.services.people.attempts",
         "mdo_portal.services.rights.credentials", "mdo_portal.services.people.identities", "mdo_portal.services.people.open_sessions"),
        ("tests/services/people/test_passwords.py", "tests/services/people/test_attempts.py", "tests/services/people/test_attempts_of_others.py",
         "tests/services/people/test_identities.py", "tests/services/people/test_sessions.py", "tests/services/rights/test_credentials.py", "tests/services/rights/test_invitations_standing.py",
         "tests/services/rights/test_guessing_codes.py", "tests/services/rights/test_factors_of_others.py",
         "tests/services/rights/test_credentials_at_once.py", "tests/web/test_signing_in.py", "tests/web/test_account.py", "tests/web/test_another_telephone.py", "tests/web/test_oidc.py",
         "tests/web/test_oidc_afterwards.py", "tests/web/test_oidc_own_means.py", "tests/web/test_oidc_setup.py", "tests/web/test_people_accounts.py",
         "tests/web/test_strangers_sign_in.py", "tests/web/test_people_who_left.py"),
    ),
    "door": Group(
        ("mdo_portal.web.entering", "mdo_portal.web.signing_in", "mdo_portal.web.confirming", "mdo_portal.web.invitations", "mdo_portal.web.oidc",
         "mdo_portal.web.oidc_attempts", "mdo_portal.web.on_the_way", "mdo_portal.web.paths", "mdo_portal.web.guard", "mdo_portal.web.browser",
         "mdo_portal.web.passkey_requests", "mdo_portal.web.account", "mdo_portal.web.limits"),
        ("tests/web/test_signing_in.py", "tests/web/test_account.py", "tests/web/test_another_telephone.py", "tests/web/test_oidc.py",
         "tests/web/test_oidc_afterwards.py", "tests/web/test_oidc_own_means.py", "tests/web/test_people_accounts.py",
         "tests/web/test_strangers_sign_in.py", "tests/web/test_people_who_left.py", "tests/web/test_choosing_hospital.py",
         "tests/web/test_confirming_a_signature.py", "tests/web/test_confirming.py", "tests/web/test_invitations.py",
         "tests/web/test_limits.py", "tests/web/test_signing_in_a_row.py"),
    ),
    "going out": Group(
        ("integrations.out.reach", "integrations.out.http", "integrations.out.numbers", "integrations.out.tls", "integrations.out.open_lines"),
        ("tests/integrations/out/test_http.py", "tests/integrations/out/test_no_reply.py", "tests/integrations/out/test_open_lines.py",
         "tests/integrations/out/test_reach.py", "tests/integrations/out/test_several_numbers.py", "tests/integrations/out/test_tls.py", "tests/integrations/fhir/test_come_back.py"),
    ),
    "sent over MLLP": Group(
        ("integrations.hl7v2.sending.sender", "integrations.hl7v2.wire.answers", "integrations.out.line"),
        ("tests/integrations/hl7v2/test_sender.py", "tests/integrations/hl7v2/test_answers.py", "tests/integrations/hl7v2/test_ack.py",
         "tests/integrations/hl7v2/test_ack_modes.py", "tests/integrations/out/test_several_numbers.py",
         "tests/integrations/out/test_open_lines.py", "tests/integrations/out/test_tls.py"),
    ),
    "sent over FHIR": Group(
        ("integrations.fhir.sending.receipt", "integrations.fhir.sending.sender", "integrations.fhir.sending.afterwards"),
        ("tests/integrations/fhir/test_sender.py", "tests/integrations/fhir/test_shapes.py", "tests/integrations/fhir/test_shapes_afterwards.py",
         "tests/integrations/fhir/test_shapes_receipts.py", "tests/integrations/fhir/test_come_back.py", "tests/integrations/fhir/test_question.py"),
    ),
    "asked over FHIR": Group(
        ("integrations.fhir.sending.question",), ("tests/integrations/fhir/test_question.py",)
    ),
    "channels": Group(
        ("integrations.channels.hook", "integrations.channels.folder", "integrations.channels.notice"),
        ("tests/integrations/channels/test_hook.py", "tests/integrations/channels/test_folder.py", "tests/integrations/channels/test_metadata.py", "tests/integrations/channels/test_notice.py"),
    ),
    "tokens": Group(
        ("integrations.smart.client",), ("tests/integrations/smart/test_assertions.py", "tests/integrations/fhir/test_come_back.py"),
    ),
    "bounded": Group(
        ("integrations.bounded.pool", "integrations.bounded.frames", "integrations.bounded.turns", "integrations.bounded.values"),
        ("tests/integrations/bounded/test_pool.py", "tests/integrations/bounded/test_values.py"),
    ),
    "whose row": Group(
        ("mdo_portal.services.patients.patients", "mdo_portal.services.patients.patient_feed", "mdo_portal.services.patients.identity_papers",
         "mdo_portal.services.patients.conflict_rows", "mdo_portal.services.identity.unmerging"),
        ("tests/services/patients/test_patients.py", "tests/services/patients/test_deciding.py", "tests/services/patients/test_identity_papers.py",
         "tests/services/patients/test_merge_doubts.py", "tests/services/identity/test_merges.py", "tests/services/identity/test_apart.py",
         "tests/services/identity/test_merged_objections.py", "tests/services/identity/test_linked_numbers.py",
         "tests/test_identity_decisions.py", "tests/test_identity_answers.py", "tests/test_identity_taken_back.py"),
    ),
    "roles": Group(
        ("mdo_portal.services.rights.colleagues", "mdo_portal.services.rights.memberships", "mdo_portal.services.rights.roles",
         "mdo_portal.services.rights.rights_due", "mdo_portal.services.rights.rights_reviews", "mdo_portal.services.people.viewers",
         "mdo_portal.services.people.people"),
        ("tests/services/rights/test_roles.py", "tests/services/rights/test_roles_ending.py", "tests/services/rights/test_roles_newcomers.py",
         "tests/services/rights/test_roles_prolonged.py", "tests/services/rights/test_roles_that_ran_out.py", "tests/services/rights/test_rights_due.py",
         "tests/services/rights/test_rights_reviews.py", "tests/services/rights/test_invitations_standing.py", "tests/services/people/test_sessions.py",
         "tests/services/people/test_sessions_standing.py", "tests/web/test_people_accounts.py", "tests/web/test_people_pages.py",
         "tests/web/test_people_opening_hospitals.py", "tests/web/test_people_who_left.py", "tests/web/test_rights_pages.py"),
    ),
    "xml": Group(("integrations.xml_gate",), ("tests/integrations/test_xml_gate.py",)),
}  # fmt: skip
