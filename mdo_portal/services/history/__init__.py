"""What happened to a case, who looked at it last, and telling whoever looks now."""
