"""Roles: giving, ending and reviewing them, and explaining what somebody sees."""
