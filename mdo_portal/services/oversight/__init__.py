"""How links run: cards, state, agreements, and mails when a line ends or stands still."""
