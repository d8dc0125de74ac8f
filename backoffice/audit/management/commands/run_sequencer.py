"""`manage.py run_sequencer [--once]`: number and sign what was told, as mt4bo_sequencer."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit.actions import sequencing


class Command(BaseCommand):
    """Sequences until told to stop."""

    help = "Number committed entries of the audit log and sign its heads."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --once."""
        parser.add_argument("--once", action="store_true", help="do what is due, sign, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        try:
            keys = sequencing.own_keys()
        except sequencing.keyring.BadKeys as reason:
            raise CommandError(str(reason)) from None
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sequencing.run(stop, keys, once=options["once"])
