"""By name what the questions of the second wall (wall.py) leave out, each with its reason, and what they ask for."""

from __future__ import annotations

#: tables without a row of any patient: every process reads them, none needs a policy
NO_PATIENTS: dict[str, str] = {
    "alembic_version": "number of the schema",
    "hospitals": "names and addresses of hospitals",
    "boards": "boards and their series",
    "destinations": "whether a receiver answers",
    "whereabouts": "where this database stands",
    "board_hospitals": "which hospital takes part where",
    "meetings": "when and where",
    "people": "colleagues",
    "presences": "which colleague was in which room",
    "passkeys": "how colleagues prove who they are",
    "authenticators": "how colleagues prove who they are",
    "recovery_codes": "how colleagues prove who they are",
    "invitations": "how colleagues come in",
    "challenges": "a question to a passkey, once",
    "sign_in_attempts": "how often somebody tried",
    "identity_providers": "how a hospital's people sign in",
    "identities": "which colleague that is",
    "used_logout_tokens": "a goodbye of a provider, once",
    "rights_reviews": "whose roles were gone through",
    "rights_review_lines": "whose roles were gone through",
    "calendar_addresses": "by which secret address a colleague's own calendar reads when boards meet",
    "follow_up_reminders": "on which day a colleague was mailed",
    "data_keys": "wrapped by a key that is not in the database",
    "link_tokens": "how a hospital's system comes in, for minutes; written by the wall's own function",
    "used_assertions": "a proof of a hospital's system, once",
    "known_devices": "browsers that colleagues used before",
}
#: policies by which everybody reads, though not everybody writes
READ_BY_ALL: dict[str, str] = {
    "link_certificates.reads": "how a hospital proves who calls; who may bind one, a policy says",
    **dict.fromkeys(
        ("letter_templates.reads", "letter_template_versions.reads", "letter_logos.reads"),
        "how letters are headed; who may write it, a policy says",
    ),
    "links.reads": "how a hospital is connected; who may write it, a policy says",
    "recipient_channels.reads": "how a hospital's general practitioners are reached; who may write it, a policy says",
    "refused_mailboxes.reads": "which colleague's mailbox takes no mail",
    "retention_rules.reads": "how long what stays; who may change it, a policy says",
    "memberships.reads": "what colleagues are; no patient stands in it",
    "board_memberships.reads": "what colleagues are; no patient stands in it",
}
#: keys that say nothing about another hospital's patients, though no hospital or parent stands in them
NO_ORACLE: dict[str, str] = {
    "pk_retention_rules": "a kind of row, no patient's",
    "uq_links_client_id_in": "the name of a hospital's system, no patient's",
    "pk_called_certificates": "the hash of a certificate that called, no patient's",
    "pk_refused_calls": "the address of a system that called, no patient's",
    "uq_inbound_messages_seq": "a running number",
    "uq_decisions_document_number": "made from a running number",
    "uq_audit_seals_seq": "a running number",
    "pk_letter_logos": "the hash of a picture in a letterhead, no patient's",
    "pk_audit_waiting": "a running number",
}
#: triggers by which nobody says for somebody else by what they sign in, nor when a board meets that they do not lead, what stands on its
#: agenda, or who takes part; and by which what is added hangs on what is of who adds it
GUARDS = (
    "own_account", "own_passkey", "own_app", "own_codes", "own_invitation", "own_identity",
    "own_agenda", "own_board", "own_participation", "own_hospital", "own_provider",
    "own_passkey_stays", "own_app_stays", "own_codes_stay", "own_round", "own_decision", "own_typing",
    "own_patient", "own_person", "own_grant", "own_letter", "own_post", "own_fact", "own_document", "own_discussion", "own_note",
    "own_advice", "own_answers", "own_presence", "own_newcomer", "own_colleague", "own_tie", "own_role", "own_seat", "own_role_is_over",
    "own_seat_is_over", "own_queue", "own_screen", "own_review", "own_verdict", "own_calendar",
    "own_case", "own_question", "own_grant_ends", "own_history", "own_follow_up", "own_handover",
    "own_wait", "own_wait_of_address", "own_fact_stands", "own_document_stands", "own_empty_note",
    "own_untie", "own_code_once", "own_app_onward", "own_passkey_onward", "own_invitation_ends", "own_browser", "own_mail", "own_goodbye",
    "own_state", "own_line", "own_portal_line", "own_message", "own_feed", "own_reading", "own_outcome", "own_advised", "own_unseen",
    "own_meeting",
    *(
        f"own_name_in_{table}"
        for table in (
            "advice_items", "round_answers", "decision_objections", "deliveries", "follow_ups", "follow_up_handovers", "patient_letters",
            "identity_conflicts", "patient_merges", "memberships", "board_memberships", "letter_template_versions", "letter_logos",
            "link_changes", "identity_providers", "audit_reviews",
        )
    ),
)  # fmt: skip
#: what came in, went out or was asked, and whose it is: no screen changes it, and no statement in a web process
STAYS = tuple(
    f"{table}.{column}"
    for table, columns in {
        "case_documents": "case_id title media_type content_sealed sha256 hospital_id received_at message_id",
        "case_facts": "case_id section label text dated_on hospital_id received_at message_id",
        "inbound_messages": "link_id hospital_id wire control_id digest raw_sealed received_at case_id ruling_id",
        "information_requests": "case_id asked_at asked_by text",
        "deliveries": "decision_id case_id hospital_id audience recipient_name document_number letter_sealed letter_sha256 created_at",
        "case_grants": "case_id kind person_id to_hospital_id begins_at ends_at given_by",
        "legal_holds": "hospital_id case_id patient_id set_by set_at",
        "destroy_requests": "hospital_id patient_id patient_ids case_id requested_by requested_at",
        "cases": "hospital_id patient_id home_patient_id referral_number wire received_at request_task task_number known_as basis"
        " question_board question_radiology question_pathology urgency due_on referrer_name referrer_number"
        " referrer_phone treating_name case_manager_name gp_name",
        "patients": "hospital_id merged_into",
        "people": "id persona",
        "passkeys": "person_id credential_id public_key",
        "identities": "hospital_id person_id issuer subject linked_by_id",
        "invitations": "person_id token_hash made_by made_at expires_at",
        "recovery_codes": "person_id code_hash",
        "rounds": "id case_id number meeting_id",
        "notes": "id round_id section",
        "round_answers": "round_id case_id",
        "advice_items": "id round_id case_id",
        "follow_ups": "id decision_id round_id case_id hospital_id owner_hospital_id board_id position kind text intent condition place"
        " signed_at",
        "presences": "id meeting_id person_id",
        "memberships": "person_id hospital_id role given_by",
        "board_memberships": "person_id board_id role given_by",
    }.items()
    for column in columns.split()
)
