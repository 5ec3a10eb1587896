"""Every table, in one place, for migrations and tests."""

from mdo_portal.database import Base
from mdo_portal.domain import audit, board, case, conclusion, decision, hospital, inbound, keys, patient, people

ALL = (audit, board, case, conclusion, decision, hospital, inbound, keys, patient, people)
metadata = Base.metadata
