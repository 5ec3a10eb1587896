"""Decisions: how a discussion ended, signing, what is signed later, objections of members."""
