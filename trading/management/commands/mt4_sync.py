"""Mirrors servers now: `manage.py mt4_sync [--server CODE] [--source replica] [--full]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from trading.actions import servers as registering
from trading.actions import sync
from trading.queries import servers
from trading.states import Source

ACTOR = Actor.system("mt4-sync")


class Command(BaseCommand):
    """One whole pass, however long it takes; `--source` says from where, now and from now on."""

    help = "Bring the mirror of each server up to date, now."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one server or all, and where to read them from."""
        parser.add_argument("--server", metavar="CODE", help="only this one")
        parser.add_argument("--source", choices=[one.value for one in Source])
        parser.add_argument("--full", action="store_true", help="every login and price too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read each server to the end of a pass; one sentence where that cannot be done."""
        try:
            for server_id in servers.asked_server_ids(options["server"]):
                if options["source"]:
                    source = Source(options["source"])
                    registering.choose_source(
                        server_id=server_id, source=source, actor=ACTOR, now=clock.now()
                    )
                self._read(server_id, full=options["full"])
        except (LookupError, Rejected) as reason:
            raise CommandError(str(reason)) from reason

    def _read(self, server_id: int, *, full: bool) -> None:
        """Go on until a pass is finished."""
        synced = sync.sync_server(server_id=server_id, now=clock.now(), full=full)
        while not (synced.finished or synced.trouble):
            synced = sync.sync_server(server_id=server_id, now=clock.now(), full=full)
        if synced.trouble:
            raise CommandError(synced.trouble)
        self.stdout.write(f"{servers.code_of(server_id)} is mirrored.")
