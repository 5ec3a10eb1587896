"""The border with hospitals: what comes in and what goes out, as frozen values.

Both houses know this package and nothing else of each other. `integrations` turns bytes of a hospital into
these values and these values into bytes; `mdo_portal` never sees a segment or a resource, and `integrations`
never sees a table. Nothing here is computed from patient data: a value is carried as it was sent.
"""

from mdo_portal.exchange.incoming import (
    APPOINTMENT_STATES,
    ORDERED,
    RESULT_STATUSES,
    Fact,
    Incoming,
    IncomingAnswer,
    IncomingAppointment,
    IncomingDocument,
    IncomingNotice,
    IncomingReferral,
    IncomingResult,
    MergedNumbers,
    PatientChange,
    PatientLink,
    PatientMerge,
    Section,
)
from mdo_portal.exchange.leaving import LeavingCase, LeavingDecision, LeavingFile, LeavingItem, LeavingRound
from mdo_portal.exchange.meaning import MEANINGS, is_cut_off, meaning_of
from mdo_portal.exchange.outgoing import DecisionForm, OutgoingAdvice, OutgoingDecision
from mdo_portal.exchange.people import Contact, PatientIdentity, PersonName
from mdo_portal.exchange.receipt import IncomingReceipt, Receipt, ReceiptKind
from mdo_portal.exchange.receiving import (
    Answer,
    Caller,
    Explainer,
    Explanation,
    FieldRead,
    LeftOver,
    MessageHeader,
    Reader,
    Verdict,
)
from mdo_portal.exchange.sending import (
    Acknowledger,
    Address,
    Asker,
    NotPulled,
    Offered,
    Poller,
    Pulled,
    Puller,
    Question,
    Reminder,
    Sender,
)
from mdo_portal.exchange.vouching import Ended, Vouched
from mdo_portal.exchange.wire import Profile, Unreadable, Wire, WrongProfile, profile_of_link

__all__ = [
    "APPOINTMENT_STATES",
    "MEANINGS",
    "ORDERED",
    "RESULT_STATUSES",
    "Acknowledger",
    "Address",
    "Answer",
    "Asker",
    "Caller",
    "Contact",
    "DecisionForm",
    "Ended",
    "Explainer",
    "Explanation",
    "Fact",
    "FieldRead",
    "Incoming",
    "IncomingAnswer",
    "IncomingAppointment",
    "IncomingDocument",
    "IncomingNotice",
    "IncomingReceipt",
    "IncomingReferral",
    "IncomingResult",
    "LeavingCase",
    "LeavingDecision",
    "LeavingFile",
    "LeavingItem",
    "LeavingRound",
    "LeftOver",
    "MergedNumbers",
    "MessageHeader",
    "NotPulled",
    "Offered",
    "OutgoingAdvice",
    "OutgoingDecision",
    "PatientChange",
    "PatientIdentity",
    "PatientLink",
    "PatientMerge",
    "PersonName",
    "Poller",
    "Profile",
    "Pulled",
    "Puller",
    "Question",
    "Reader",
    "Receipt",
    "ReceiptKind",
    "Reminder",
    "Section",
    "Sender",
    "Unreadable",
    "Verdict",
    "Vouched",
    "Wire",
    "WrongProfile",
    "is_cut_off",
    "meaning_of",
    "profile_of_link",
]
