"""How a FilterSet looks: the bar, the chips of what narrows the list, and saved views as tabs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

NOT_FILTERS = ("after", "before", "sort", "page", "as")


@dataclass(frozen=True)
class SavedView:
    """A named set of filters; its address is its whole definition."""

    name: str
    label: Any
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tab:
    """A saved view as the page shows it."""

    label: Any
    url: str
    is_current: bool
    number: int


@dataclass(frozen=True)
class Chip:
    """One filter that is on, and the address of the list without it."""

    label: str
    value: str
    url_without: str


def tabs(views: Sequence[SavedView], query: QueryDict) -> list[Tab]:
    """Return the views as tabs; the one whose filters are exactly those in force is current."""
    active = {name: value for name, value in query.items() if value and name not in NOT_FILTERS}
    return [
        Tab(
            label=view.label,
            url=_address(view.query),
            is_current=active == dict(view.query),
            number=number,
        )
        for number, view in enumerate(views, start=1)
    ]


def chips(form: Any, query: QueryDict, *, skip: Sequence[str] = ("q", "view")) -> list[Chip]:
    """Return a chip for each field of a bound filter form that narrows the list; tabs are none."""
    found = []
    for name, bound in form.fields.items():
        value = getattr(form, "cleaned_data", {}).get(name)
        if name in skip or not _is_set(value):
            continue
        rest = query.copy()
        for key in (name, "after", "before"):
            rest.pop(key, None)
        found.append(
            Chip(
                label=str(bound.label or name),
                value=_shown(bound, value),
                url_without=f"?{rest.urlencode()}",
            )
        )
    return found


def count_in_force(form: Any) -> int:
    """Return how many fields narrow the list, the search text included."""
    cleaned = getattr(form, "cleaned_data", {})
    return sum(1 for value in cleaned.values() if _is_set(value))


def dressed(form: Any) -> Any:
    """Give the fields of a filter form our classes, and return the form."""
    form.label_suffix = ""
    for bound in form.fields.values():
        widget = bound.widget
        if getattr(bound, "empty_label", None):
            bound.empty_label = _("Any")
        if hasattr(bound, "queryset"):
            widget.choices = list(_options(bound))
        is_choice = hasattr(widget, "choices")
        widget.attrs.setdefault("class", "select" if is_choice else "input")
    return form


def _options(bound: Any) -> Iterator[tuple[Any, str]]:
    """Yield the choices of a field over rows, read in one trip: Django takes three, by a cursor."""
    if bound.empty_label is not None:
        yield "", bound.empty_label
    if getattr(bound, "null_label", None) is not None:
        yield bound.null_value, bound.null_label
    for row in bound.queryset.all():
        yield bound.prepare_value(row), bound.label_from_instance(row)


def _is_set(value: Any) -> bool:
    if value is None or value == "":
        return False
    return not hasattr(value, "__len__") or len(value) > 0


def _choices_of(bound: Any) -> Any:
    """Return the choices as they were read for the form; those of no rows stand at the field."""
    return bound.widget.choices if hasattr(bound, "queryset") else getattr(bound, "choices", ())


def _shown(bound: Any, value: Any) -> str:
    values = value if isinstance(value, (list, tuple)) else [value]
    choices = {str(key): str(label) for key, label in _flat(_choices_of(bound))}
    words = [choices.get(str(getattr(one, "pk", one)), str(one)) for one in values]
    if values == [True] or values == [False]:
        return _("yes") if values[0] else _("no")
    return ", ".join(words)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    return [(key, label) for key, label in choices if not isinstance(label, (list, tuple))]


def _address(query: Mapping[str, str]) -> str:
    built = QueryDict(mutable=True)
    built.update(query)
    return f"?{built.urlencode()}"
