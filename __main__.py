"""`python -m deskbell` is the command `deskbell`."""

from .core.cli import main

if __name__ == "__main__":
    main()
