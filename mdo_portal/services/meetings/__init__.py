"""Boards and their meetings: series, agendas, who said not to come, findings beforehand."""
