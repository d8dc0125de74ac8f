"""Ends with one sentence for each thing this process needs and does not find, and exit code 2."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backoffice.core.runtime import environment


class Command(BaseCommand):
    """Asks the database and Redis once; entry points run it before they start."""

    help = "Check that the database and Redis are there; one sentence for each that is not."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is missing and end with code 2, or say nothing."""
        faults = list(environment.faults(settings.DATABASES["default"], settings.REDIS_URL))
        for sentence in faults:
            self.stderr.write(sentence)
        if faults:
            sys.exit(2)
