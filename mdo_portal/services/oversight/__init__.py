"""How links run: cards, state, agreements; and mails to who must look: a line ends or stands still, somebody broke the glass."""
