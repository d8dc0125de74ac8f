"""Says whose groups are: `manage.py assign_groups live1 "real*" linden`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.company.queries import entities
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from trading.actions import servers
from trading.queries.servers import server_ids


class Command(BaseCommand):
    """Accounts of these groups then belong to the entity's back office."""

    help = "Give the groups of a mask to a legal entity."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the action asks for."""
        parser.add_argument("server", help="the server's code")
        parser.add_argument("mask", help="of group names, for example real*")
        parser.add_argument("entity", help="the legal entity's code")

    def handle(self, *args: Any, **options: Any) -> None:
        """Assign; one sentence when it cannot be done."""
        known = {entity.code: entity.pk for entity in entities.list_entities()}
        by_code = server_ids()
        if options["entity"] not in known or options["server"] not in by_code:
            raise CommandError("There is no such server or legal entity.")
        asked = {"server_id": by_code[options["server"]], "mask": options["mask"]}
        entity_id, actor = known[options["entity"]], Actor.system("assign-groups")
        try:
            count = servers.assign_groups(
                **asked, legal_entity_id=entity_id, actor=actor, now=clock.now()
            )
        except Rejected as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"{count} groups were given to {options['entity']}.")
