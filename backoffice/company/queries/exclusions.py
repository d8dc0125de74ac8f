"""Who is on the exclusion list."""

from collections.abc import Iterable

from backoffice.company.models import ExcludedSubject
from backoffice.company.states import SubjectKind


def excluded_keys(kind: SubjectKind) -> frozenset[str]:
    """Return the keys of this kind that are left out now."""
    return frozenset(
        ExcludedSubject.objects.filter(kind=kind, removed_at=None).values_list("key", flat=True)
    )


def is_excluded(kind: SubjectKind, key: str) -> bool:
    """Say whether this one thing is left out now."""
    return ExcludedSubject.objects.filter(kind=kind, key=key, removed_at=None).exists()


def excluded_among(kind: SubjectKind, keys: Iterable[str]) -> frozenset[str]:
    """Return those of the keys that are left out now."""
    return frozenset(
        ExcludedSubject.objects.filter(kind=kind, key__in=list(keys), removed_at=None).values_list(
            "key", flat=True
        )
    )
