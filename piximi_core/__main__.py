"""``python -m piximi_core``: the command line."""

from piximi_core.cli.main import main

if __name__ == "__main__":
    main()
