"""The command line. This module alone turns errors into exit codes.

Nothing is imported at its top that takes a moment: Ctrl-C may come while the rest loads.
"""

from __future__ import annotations

import sys

INTERRUPTED = 130
KEPT = "What was stored so far is kept; the same command goes on from there."


def main() -> None:
    """Run the command line and exit: 0 done, 2 usage, 3 some photos rejected, 4 in use,
    5 damaged, 130 interrupted, 1 anything else."""
    try:
        from tracker.cli import endings

        code = endings.run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        _interrupted()
    sys.exit(code)


def _interrupted() -> None:
    import contextlib
    import signal

    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one would only spoil the first
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"interrupted: {KEPT}\n")
    if "--json" in sys.argv and sys.stdout is not None:
        from tracker.cli import output

        with contextlib.suppress(output.Unwritable, OSError):
            if "--watch" in sys.argv or not output.has_emitted():
                error = {"kind": "Interrupted", "message": "Interrupted.", "hint": KEPT}
                output.emit({"error": error}, in_one_line="--watch" in sys.argv)
                sys.stdout.flush()
