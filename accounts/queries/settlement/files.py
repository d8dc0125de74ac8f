"""Settlement files: the list, one file with its preview or its result, and what it would book."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Sum, When

from accounts.calc.settlement import reading
from accounts.calc.settlement.forms import form_of
from accounts.calc.settlement.matching import Told, books_of, finding_of
from accounts.calc.settlement.statement import NOTHING, BadSettlement, Line, Settlement
from accounts.models import (
    BankUse,
    Discrepancy,
    PaymentMethod,
    SettlementFile,
    SettlementLine,
)
from accounts.permissions import IMPORT_STATEMENTS, SEE_BOOKS
from accounts.queries.hands import names_of
from accounts.queries.settlement.facts import (
    facts_of,
    known_kinds,
    reserve_of,
    rules_for,
)
from accounts.terms import BANK_WIRE
from accounts.terms.settlement import LINE_LABELS, FileState, LineKind
from backoffice.core import access
from backoffice.core.words import noop

FILES = 25
#: So many differences and lines are drawn; the queue and the file have all of them.
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A line, and what the books move because of it: fee of the provider, and into the reserve."""

    line: Line
    fee: Decimal
    reserve: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One difference as a page shows it; `case` is its number where it is kept."""

    gap: str
    reference: str
    expected: Decimal | None
    found: Decimal | None
    seen: str
    case: int | None = None
    is_open: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSum:
    """What the lines of one kind come to."""

    label: str
    lines: int
    amount: Decimal
    fee: Decimal
    reserve: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """Everything that the page of one file shows. `agreeing`: lines that differ in nothing."""

    file: SettlementFile
    words: str
    differences: tuple[Row, ...]
    count: int
    agreeing: int
    sums: tuple[KindSum, ...]
    payouts: Sequence[Any]
    kept_by: str
    judged_by: str
    may_import: bool


def list_methods_for(user: Any, permission: object = IMPORT_STATEMENTS) -> list[PaymentMethod]:
    """Return the methods in reach that a provider settles."""
    rows = access.restrict(
        PaymentMethod.objects.exclude(provider__in=("", BANK_WIRE)), user, permission
    )
    return list(rows.order_by("legal_entity_id", "code", "currency"))


def methods_of_provider(code: str) -> list[PaymentMethod]:
    """Return the methods that one provider settles. For the demo's and the clockwork's use."""
    return list(PaymentMethod.objects.filter(provider=code).order_by("id"))


def list_files_for(user: Any) -> list[SettlementFile]:
    """Return the latest files in reach, their bodies left out."""
    rows = access.restrict(SettlementFile.objects.all(), user, SEE_BOOKS)
    return list(rows.select_related("method").defer("body").order_by("-id")[:FILES])


def get_file_for(user: Any, pk: int, permission: object = SEE_BOOKS) -> SettlementFile:
    """Return a file in reach, or raise Http404."""
    rows = SettlementFile.objects.select_related("method__legal_entity")
    return access.get_or_404_for(rows, user, permission, pk=pk)


def get_page_for(user: Any, pk: int, now: datetime) -> FilePage:
    """Return the content of a file's page, or raise Http404."""
    file = get_file_for(user, pk)
    if file.state == FileState.TAKEN:
        return _page(user, file, "", _kept(file), _sums_kept(file))
    if file.state != FileState.WAITING:
        return _page(user, file, file.words, ([], 0), [])
    try:
        settlement = settlement_of(file, now)
    except BadSettlement as no:  # another import was faster
        return _page(user, file, str(no), ([], 0), [])
    plan = list(planned(file.method, settlement))
    found = _foreseen(file.method, settlement, plan, now)
    return _page(user, file, "", found, _sums_coming(settlement.lines))


def settlement_of(file: SettlementFile, now: datetime) -> Settlement:
    """Return what a file says, when it can be this method's next settlement; BadSettlement."""
    method = file.method
    if not method.provider or method.provider == BANK_WIRE:
        raise BadSettlement(noop("No provider settles this method: its money comes by the bank."))
    rules = rules_for(method, now)
    found = reading.read(bytes(file.body), form_of(rules, method.provider))
    if found.provider and found.provider != method.provider:
        raise BadSettlement(
            noop("It is a settlement of {theirs}, and this method is paid by {ours}."),
            theirs=found.provider,
            ours=method.provider,
        )
    if found.currency != method.currency:
        raise BadSettlement(
            noop("It is in {theirs}, and this method takes {ours}: choose its own method."),
            theirs=found.currency or "?",
            ours=method.currency,
        )
    if found.until > now + timedelta(days=1):
        raise BadSettlement(
            noop("It ends on {day}, which is not yet."), day=f"{found.until:%Y-%m-%d}"
        )
    _require_new(file, found)
    return found


def _require_new(file: SettlementFile, found: Settlement) -> None:
    taken = SettlementFile.objects.filter(method=file.method, state=FileState.TAKEN)
    taken = taken.exclude(pk=file.pk).defer("body")
    known = taken.filter(digest=file.digest).first()
    if known is not None:
        raise BadSettlement(
            noop("This very file was imported before, on {day}: nothing is new."),
            day=f"{known.kept_at:%Y-%m-%d}",
        )
    if taken.filter(number=found.number).exists():
        raise BadSettlement(
            noop(
                "Settlement {number} was imported before, with other content: "
                "ask the provider which of the two counts."
            ),
            number=found.number,
        )


def planned(method: PaymentMethod, settlement: Settlement) -> Iterator[Planned]:
    """Yield each line with what the books will move because of it."""
    known = known_kinds(method, {line.reference for line in settlement.lines})
    held = reserve_of(method)
    for line in settlement.lines:
        name = (str(line.kind), line.reference)
        fee, reserve = books_of(line, is_first=name not in known, reserve_held=held)
        known.add(name)
        held += reserve
        yield Planned(line=line, fee=fee, reserve=reserve)


def payouts_of(file: SettlementFile) -> QuerySet[SettlementLine]:
    """Return what a settlement says was paid to our bank, with whether its row came."""
    bound = BankUse.objects.filter(settlement_line=OuterRef("pk"), undone_at__isnull=True)
    rows = SettlementLine.objects.filter(file=file, kind=LineKind.PAYOUT)
    return rows.annotate(at_bank=Exists(bound)).order_by("number")


def _foreseen(
    method: PaymentMethod, settlement: Settlement, plan: list[Planned], now: datetime
) -> tuple[list[Row], int]:
    """Return the differences that an import would find among its lines, and how many agree."""
    coming = [
        Told(line=one.line, settlement=settlement.number, booked=NOTHING - one.fee - one.reserve)
        for one in plan
    ]
    references = {line.reference for line in settlement.lines}
    rules = rules_for(method, now)
    found = facts_of(method, references, rules=rules, now=now, coming=coming)
    rows = [
        Row(
            gap=one.gap,
            reference=one.reference,
            expected=one.expected,
            found=one.found,
            seen=one.seen,
        )
        for one in map(finding_of, found)
        if one is not None
    ]
    differing = {row.reference for row in rows}
    agreeing = sum(1 for line in settlement.lines if line.reference not in differing)
    return rows, agreeing


def _kept(file: SettlementFile) -> tuple[list[Row], int]:
    """Return the cases about a file's lines, those that stand first, and how many lines agree."""
    named = SettlementLine.objects.filter(file=file).values("reference")
    cases = Discrepancy.objects.filter(method=file.method_id, reference__in=named)
    is_over = Case(When(gone_at__isnull=True, agreed_by="", then=0), default=1)
    cases = cases.order_by(is_over, "id")
    rows = [
        Row(
            gap=one.gap,
            reference=one.reference,
            expected=one.expected,
            found=one.found,
            seen=one.evidence,
            case=one.pk,
            is_open=one.gone_at is None and not one.agreed_by,
            note=one.note or one.cure,
        )
        for one in cases
    ]
    standing = [row.reference for row in rows if row.is_open]
    lines = SettlementLine.objects.filter(file=file)
    return rows, lines.exclude(reference__in=standing).count()


def _sums_kept(file: SettlementFile) -> list[KindSum]:
    """Return what the lines of a file that was taken come to."""
    rows = SettlementLine.objects.filter(file=file).order_by().values("kind")
    told = {
        row["kind"]: row
        for row in rows.annotate(
            lines=Count("id"), sum=Sum("amount"), fees=Sum("fee"), reserves=Sum("reserve")
        )
    }
    return [
        KindSum(
            label=LINE_LABELS[kind],
            lines=told[kind]["lines"],
            amount=told[kind]["sum"],
            fee=told[kind]["fees"],
            reserve=told[kind]["reserves"],
        )
        for kind in LineKind
        if kind in told
    ]


def _sums_coming(lines: Sequence[Line]) -> list[KindSum]:
    """Return the same of a file that was only looked at."""
    parts = [(kind, [line for line in lines if line.kind == kind]) for kind in LineKind]
    return [
        KindSum(
            label=LINE_LABELS[kind],
            lines=len(some),
            amount=sum((line.amount for line in some), NOTHING),
            fee=sum((line.fee for line in some), NOTHING),
            reserve=sum((line.reserve for line in some), NOTHING),
        )
        for kind, some in parts
        if some
    ]


def _page(
    user: Any,
    file: SettlementFile,
    words: str,
    compared: tuple[list[Row], int],
    sums: list[KindSum],
) -> FilePage:
    rows, agreeing = compared
    names = names_of([one for one in (file.kept_by, file.judged_by) if one])
    may = bool(user.may(str(IMPORT_STATEMENTS))) and file.state == FileState.WAITING
    return FilePage(
        file=file,
        words=words,
        differences=tuple(rows[:SHOWN]),
        count=sum(1 for row in rows if row.is_open),
        agreeing=agreeing,
        sums=tuple(sums),
        payouts=list(payouts_of(file)),
        kept_by=names.get(file.kept_by, file.kept_by),
        judged_by=names.get(file.judged_by, file.judged_by),
        may_import=may and _reaches(user, file),
    )


def _reaches(user: Any, file: SettlementFile) -> bool:
    mine = SettlementFile.objects.filter(pk=file.pk)
    return access.restrict(mine, user, IMPORT_STATEMENTS).exists()
