"""The wires to hospitals. Imports `mdo_portal.exchange` and nothing else of ours; usable in a script without the portal."""
