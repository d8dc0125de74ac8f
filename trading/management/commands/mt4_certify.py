"""Proves our sums on a broker's own statements: `manage.py mt4_certify Statement.htm …`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trading.calc import facts as beside
from trading.calc import statement as files
from trading.calc.certification import report
from trading.calc.certification.certify import certify
from trading.calc.certification.outcome import Certificate
from trading.calc.certification.printed import Printed, read_printed
from trading.calc.facts import BadFacts, Facts
from trading.calc.statement import BadStatement

SUMMARIES = "summaries.json"


class Command(BaseCommand):
    """Every check prints how many rows come out exactly; code 1 when a derivable one does not."""

    help = "Reckon MetaTrader statements anew and print, check by check, how many rows come out."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the statements and what they may not print."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".htm or .csv")
        parser.add_argument("--currency", default="", help="deposit currency, where not printed")
        parser.add_argument("--facts", type=Path, help="what is not printed: trading/calc/facts.py")
        parser.add_argument("--encoding", default="", help="the files' code page, such as cp1251")

    def handle(self, *args: Any, **options: Any) -> None:
        """Certify every file; one that cannot be read stops all with one sentence."""
        try:
            facts = beside.read(options["facts"]) if options["facts"] else None
            found = [self._one(path, facts, options) for path in options["files"]]
        except (BadStatement, BadFacts) as reason:
            raise CommandError(str(reason), returncode=2) from reason
        for certificate in found:
            for line in report.lines(certificate):
                self.stdout.write(line)
        self.stdout.write(report.verdict(found))
        if any(certificate.exact < certificate.total for certificate in found):
            raise SystemExit(1)

    def _one(self, path: Path, facts: Facts | None, options: dict[str, Any]) -> Certificate:
        encoding = options["encoding"] or files.guess_encoding(path)
        statement = files.read(path, encoding=encoding)
        currency = options["currency"].strip().upper()
        return certify(statement, beside=_beside(path), currency=currency, facts=facts)


def _beside(path: Path) -> Printed | None:
    """Return the printed figures that lie beside a file, if they do."""
    summaries = path.with_name(SUMMARIES)
    return read_printed(summaries).get(path.name) if summaries.exists() else None
