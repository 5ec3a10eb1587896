"""Invented hospitals that speak: `python -m integrations.simulator` is one of them, `region` is who they are."""
