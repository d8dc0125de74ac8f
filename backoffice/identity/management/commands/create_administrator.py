"""Makes an administrator of a new house, who enrols a second factor at the first sign-in."""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.actions import people, roles

ROLE = "administrator"


class Command(BaseCommand):
    """manage.py create_administrator --email … --name …; the password is asked for, or piped in."""

    help = "Make an administrator, who can then grant roles to everybody else."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and the name."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the person and grant the role; one sentence when it cannot be done."""
        actor, now = Actor.system("create-administrator"), clock.now()
        password = input() if options["password_stdin"] else getpass(_("Password: "))
        try:
            known = {"email": options["email"], "full_name": options["name"]}
            user = people.create_staff(**known, password=password, actor=actor, now=now)
            roles.grant_role(user_id=user.pk, role=ROLE, actor=actor, now=now)
        except Rejected as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(_("%(email)s can sign in.") % {"email": user.email})
