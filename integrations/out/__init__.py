"""The one gate through which this house goes out over HTTP: where to (reach), as whom (tls), and within which bounds (http)."""

from integrations.out.http import MAX_ANSWER, NoReply, Reply, exchange
from integrations.out.reach import LOOPBACK, NotRegistered, Reach

__all__ = ["LOOPBACK", "MAX_ANSWER", "NoReply", "NotRegistered", "Reach", "Reply", "exchange"]
