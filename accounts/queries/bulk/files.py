"""Bulk files: which there are, who may hand in for whom, and the digest that an approval names."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import BulkFile, BulkRow
from accounts.permissions import PREPARE_BULK, SEE_BULK
from accounts.terms.bulk import Bulk, BulkLine
from backoffice.company.queries import entities
from backoffice.core import access, canonical
from backoffice.core.access import Level
from backoffice.core.money import rounded

NEWEST = ("-id",)
OPEN = (Bulk.PREVIEW, Bulk.WAITING, Bulk.RUNNING, Bulk.PAUSED)
VIEWS = (("open", _("Open")), ("all", _("All")))


class FileFilter(django_filters.FilterSet):
    """What narrows the list of files."""

    view = django_filters.ChoiceFilter(choices=VIEWS, method="by_view", label=_("View"))
    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=64)

    class Meta:
        model = BulkFile
        fields: tuple[str, ...] = ()

    def by_view(self, rows: QuerySet[BulkFile], name: str, view: str) -> QuerySet[BulkFile]:
        """Narrow to one tab."""
        return rows.filter(state__in=OPEN) if view == "open" else rows

    def by_text(self, rows: QuerySet[BulkFile], name: str, text: str) -> QuerySet[BulkFile]:
        """Find by number, name, or the beginning of the digest."""
        plain = text.strip()
        number = plain.lstrip("#Ff")
        found = Q(name__icontains=plain) | Q(digest__startswith=plain.lower())
        if number.isdecimal() and len(number) <= 18:
            found |= Q(pk=int(number))
        return rows.filter(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A legal entity that somebody may hand in files for."""

    pk: int
    name: str


def entities_for(user: Any) -> list[Entity]:
    """Return the legal entities whose files the user may prepare."""
    reach = user.reach(str(PREPARE_BULK)) or ()
    reaches = reach if isinstance(reach, tuple) else (reach,)
    wide = [
        one for one in reaches if one.level in (Level.ALL, Level.ENTITY) and one.brand_ids is None
    ]
    return [
        Entity(pk=entity.pk, name=entity.name)
        for entity in entities.list_entities()
        if any(one.entity_ids is None or entity.pk in one.entity_ids for one in wide)
    ]


def may_prepare(user: Any, legal_entity_id: int) -> bool:
    """Say whether the user may hand in files for a legal entity."""
    return any(one.pk == legal_entity_id for one in entities_for(user))


def list_files_for(user: Any) -> QuerySet[BulkFile]:
    """Return the files in reach, their bodies left out, each with how far it is."""
    rows = access.restrict(BulkFile.objects.all(), user, SEE_BULK).defer("body")
    told = rows.select_related("server").annotate(
        lines=Count("rows"),
        cannot=Count("rows", filter=Q(rows__state=BulkLine.CANNOT)),
        waiting=Count("rows", filter=Q(rows__state=BulkLine.WAITING)),
    )
    return told.order_by(*NEWEST)


def get_file_for(user: Any, pk: int, permission: object = SEE_BULK) -> BulkFile:
    """Return a file in reach, its body left out, or raise Http404."""
    rows = BulkFile.objects.select_related("server", "legal_entity").defer("body")
    return access.get_or_404_for(rows, user, permission, pk=pk)


def count_waiting_for(user: Any) -> int:
    """Return how many files in reach wait for people: to be agreed to, or paused."""
    rows = access.restrict(BulkFile.objects.all(), user, SEE_BULK)
    return rows.filter(state__in=(Bulk.WAITING, Bulk.PAUSED)).count()


def files_to_carry(now: datetime) -> list[int]:
    """Return the running files that nobody carries and that do not wait. For the clockwork."""
    free = Q(carried_until__isnull=True) | Q(carried_until__lte=now)
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    rows = BulkFile.objects.filter(free, due, state=Bulk.RUNNING)
    return list(rows.order_by("id").values_list("id", flat=True))


def told_of(line: Any, account_id: int | None, *, can_be: bool) -> dict[str, Any]:
    """Return a line, as it was read or as its row holds it, as the digest of the lines names it."""
    return {
        "number": line.number,
        "account": account_id,
        "amount": rounded(line.amount, line.currency),
        "currency": line.currency,
        "credit": line.is_credit,
        "expires": line.expires_at,
        "for": str(line.purpose),
        "comment": line.comment,
        "can_be": can_be,
    }


def digest_of(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of lines as they are told, in their order."""
    return hashlib.sha256(b"".join(canonical.encode(line) for line in lines)).hexdigest()


def digest_of_rows(file_id: int) -> str:
    """Return the digest of the lines as the database holds them now."""
    rows = BulkRow.objects.filter(file_id=file_id).order_by("number")
    return digest_of(
        told_of(row, row.account_id, can_be=row.state != BulkLine.CANNOT)
        for row in rows.iterator(chunk_size=1000)
    )
