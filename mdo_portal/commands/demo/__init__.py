"""The demo: an invented region on this machine."""
