"""Calendars that people use anyway (iCalendar, RFC 5545)."""
