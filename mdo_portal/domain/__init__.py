"""Tables and rules: no Flask, no session, no clock, no network."""
