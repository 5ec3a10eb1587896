"""`python -m mdo_portal` is `mdo-portal`."""

from mdo_portal.commands import main

if __name__ == "__main__":
    main()
