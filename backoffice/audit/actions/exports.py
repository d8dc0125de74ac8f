"""Copies of the log that leave the house; each is told of."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from backoffice.audit.calc.verify_bundle import Report
from backoffice.audit.events import BundleExported, ListExported
from backoffice.audit.log import bundle
from backoffice.core import outbox
from backoffice.core.actors import Actor

NothingSigned = bundle.NothingSigned


def export_bundle(*, folder: Path, actor: Actor, now: datetime) -> Report:
    """Write a bundle for an auditor and tell of it; return what the verifier finds in it.

    FileExistsError when the folder holds one already, NothingSigned when there is no signed head.
    """
    report = bundle.write(folder)
    with transaction.atomic():
        outbox.emit(
            BundleExported(entries=report.entries, root=report.root.hex()),
            actor=actor,
            subjects=[("audit", "bundle")],
            now=now,
        )
    return report


def record_list(*, rows: int, narrowed: str, actor: Actor, now: datetime) -> None:
    """Tell that a list of the log was taken away, and how it was narrowed."""
    with transaction.atomic():
        outbox.emit(
            ListExported(rows=rows, narrowed=narrowed),
            actor=actor,
            subjects=[("audit", "list")],
            now=now,
        )
