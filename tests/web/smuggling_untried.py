"""Pages that take a form and are not smuggled (test_smuggled.py), by why not. One that is made later is tried, or named here."""

from __future__ import annotations

UNTRIED = {
    "writes a line of the log at most: what is looked for, or typed so far, stands in no address": {
        "decision_forms": "printed read",
        "decisions": "printed",
        "destruction": "find",
        "exports": "case",
        "follow_ups": "link",
        "gp_channel": "try_it",
        "inbox": "find raw",
        "launching": "look",
        "letter_templates": "try_out",
        "log": "export search",
        "log.breach": "report",
        "log.patient": "overview",
        "providers": "test",
        "rights": "explain_more",
        "trying": "report show",
        "way_back": "letter server",
        "worklist": "page rows",
    },
    "a system of a hospital calls, and no person": {
        "fhir": "change create message notice notice_of receive",
        "fhir_access": "token",
        "fhir_notices": "notice",
        "fhir_requests": "change change_by_number delete delete_by_number",
        "launch": "register",
        "oidc": "logout",
    },
    "before anybody is in, or of who is": {
        "account": "add_passkey confirm_app passkey_options remove_app remove_passkey",
        "confirming": "confirm passkey_options",
        "invitations": "accept",
        "sessions": "extend",
        "signing_in": "as_persona choose passkey passkey_options second_step sign_in sign_out switch",
    },
}
