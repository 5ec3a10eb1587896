"""Boards and their meetings: series, agendas, calendars and mails, who said not to come, findings beforehand."""
