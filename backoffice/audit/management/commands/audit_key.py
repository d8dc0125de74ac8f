"""`manage.py audit_key LABEL`: make a key for signing heads, the first one or the next."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit.actions import sequencing


class Command(BaseCommand):
    """Makes a key."""

    help = "Make a signing key of the audit log in the folder that AUDIT_KEYS names."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the label: part of the file's name, for example the year."""
        parser.add_argument("label")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and say its fingerprint."""
        try:
            fingerprint = sequencing.make_key(options["label"])
        except (sequencing.keyring.BadKeys, OSError) as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"Made. Tell the witness and the auditors its fingerprint: {fingerprint}")
