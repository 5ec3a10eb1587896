"""Letters and other papers as PDF: what they say, in which words, and how they are printed. Nothing here asks the database."""
