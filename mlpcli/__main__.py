"""The `mlpcli` script, and `python -m mlpcli`: signals are handled before anything else is imported."""

from typing import NoReturn

from mlpcli.cli.signals import end_quietly


def main() -> NoReturn:
    """Run the script."""
    end_quietly()
    from mlpcli.cli.main import main as run_script

    run_script()


if __name__ == "__main__":
    main()
