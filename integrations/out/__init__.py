"""The one gate through which this house goes out: where to (reach), as whom (tls), over HTTP within bounds (http) or MLLP (line)."""

from integrations.out.http import MAX_ANSWER, NoReply, Reply, exchange
from integrations.out.line import connect
from integrations.out.open_lines import hang_up
from integrations.out.reach import LOOPBACK, NotRegistered, Reach

__all__ = ["LOOPBACK", "MAX_ANSWER", "NoReply", "NotRegistered", "Reach", "Reply", "connect", "exchange", "hang_up"]
