"""`manage.py audit_export FOLDER`: a bundle for an auditor, and the verifier beside it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit.actions import exports
from backoffice.core import clock
from backoffice.core.actors import Actor


class Command(BaseCommand):
    """Writes a bundle."""

    help = "Write a verifiable copy of the audit log; it needs Python and nothing else to check."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, verify it, tell."""
        folder, actor = options["folder"], Actor.system("audit_export")
        try:
            report = exports.export_bundle(folder=folder, actor=actor, now=clock.now())
        except (exports.NothingSigned, OSError) as reason:
            raise CommandError(str(reason)) from None
        if report.bad is not None:
            told = f"The log is BROKEN: {report.bad.words}. First bad index: {report.bad.index}"
            raise CommandError(told)
        self.stdout.write(f"{report.entries} entries, sound. Check with:")
        self.stdout.write(f"  python3 {folder}/verify_bundle.py {folder}/bundle")
