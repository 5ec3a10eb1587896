"""Every table, in one place, for migrations and tests."""

from mdo_portal.database import Base
from mdo_portal.domain import audit, board, case, conclusion, decision, destruction, hospital, inbound, patient, people, retention

ALL = (audit, board, case, conclusion, decision, destruction, hospital, inbound, patient, people, retention)
metadata = Base.metadata
