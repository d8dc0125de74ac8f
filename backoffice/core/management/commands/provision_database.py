"""Makes the database, its roles and its extensions; a superuser's address is needed for it once."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core.runtime.provision import ROLES, provision


class Command(BaseCommand):
    """Runs backoffice/core/provision.sql; safe to run again."""

    help = "Make the database, its roles and its extensions. Safe to run again."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """A superuser's address, and a file with passwords for servers that ask for one."""
        parser.add_argument("--superuser-url", required=True, help="postgresql://… of a superuser")
        parser.add_argument("--database", default=settings.DATABASES["default"]["NAME"])
        parser.add_argument(
            "--passwords", help="a file with lines role=password, kept away from the process list"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Provision, or say in one sentence why not."""
        passwords = _passwords(options["passwords"]) if options["passwords"] else {}
        try:
            provision(options["superuser_url"], database=options["database"], passwords=passwords)
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database was not provisioned: {reason}") from error
        self.stdout.write(f"Database {options['database']} is provisioned.")


def _passwords(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.rstrip("\n") for line in file if line.strip()]
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    passwords = dict(line.partition("=")[::2] for line in lines)
    if not set(passwords) <= set(ROLES):
        raise CommandError(f"{path} may hold lines role=password for {', '.join(ROLES)} only.")
    return passwords
