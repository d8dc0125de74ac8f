"""The form of a policy: who may ask, and by amount who has to agree, all chosen by name."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as told
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.actions import policies
from backoffice.approvals.actions.policies import BadRules, Band, Rules
from backoffice.approvals.terms import Kind
from backoffice.ui.figures import amount

ANY = "any"
NOBODY = "nobody"
#: In a choice of more than two roles, which only the choice in force can be.
OR = "|"
#: So many people can be chosen, and so many empty limits stand below those in force.
PEOPLE = 3
SPARE = 2
ORDINALS = (
    _("First person"),
    _("Second person"),
    _("Third person"),
    _("Fourth person"),
    _("Fifth person"),
)

Roles = Mapping[str, str]


class LineForm(forms.Form):
    """Above which amount (the first line: everything else) which people have to agree.

    A person is whoever may decide, somebody of one role, or of one of two.
    """

    def __init__(
        self,
        data: Any,
        *,
        prefix: str,
        band: Mapping[str, Any] | None,
        roles: Roles,
        kind: Kind,
        is_rest: bool,
    ) -> None:
        super().__init__(data, prefix=prefix, label_suffix="", use_required_attribute=False)
        self.is_rest = is_rest
        if not is_rest:
            self._add_limit(band)
        self._add_people(band, roles, kind, _posted(data, f"{prefix}-person_{{}}"))

    def _add_people(
        self, band: Mapping[str, Any] | None, roles: Roles, kind: Kind, sent: int
    ) -> None:
        seats = list(band["seats"]) if band else []
        self.people = min(max(PEOPLE, len(seats) + 1, sent), policies.MOST_SEATS)
        for place in range(self.people):
            seat = list(seats[place]) if place < len(seats) else None
            may_be_nobody = place == 0 and kind.may_be_alone
            self._add_person(place, seat, band is not None, roles, may_be_nobody)

    def _add_limit(self, band: Mapping[str, Any] | None) -> None:
        text = forms.TextInput
        self.fields["currency"] = forms.CharField(
            label=_("Currency"), required=False, max_length=4,
            initial=band["currency"] if band else "", widget=text(attrs={"class": "input"}),
        )  # fmt: skip
        self.fields["above"] = forms.CharField(
            label=_("Above"), required=False, max_length=24,
            initial=amount(Decimal(band["above"]), band["currency"]) if band else "",
            widget=text(attrs={"class": "input", "inputmode": "decimal"}),
        )  # fmt: skip

    def _add_person(
        self, place: int, seat: list[str] | None, is_kept: bool, roles: Roles, may_be_nobody: bool
    ) -> None:
        empty = ("", _("Choose") if place == 0 else "—")
        firsts = [empty, (ANY, _("whoever may decide")), *roles.items()]
        if may_be_nobody:
            firsts.insert(1, (NOBODY, _("nobody: done alone, reviewed by another")))
        if seat and len(seat) > 2:
            names = told(" or ").join(roles.get(one, one) for one in seat)
            firsts.append((OR.join(seat), names))
        self.fields[f"person_{place}"] = _choice(ORDINALS[place], firsts, _first_of(
            seat, is_alone=is_kept and place == 0 and may_be_nobody))  # fmt: skip
        second = seat[1] if seat and len(seat) == 2 else ""
        self.fields[f"or_{place}"] = _choice(_("or"), [("", "—"), *roles.items()], second)

    @property
    def limit(self) -> list[Any]:
        """Return the fields of the limit, as a template draws them; none of everything else."""
        return [] if self.is_rest else [self["currency"], self["above"]]

    @property
    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """Yield the two fields of each person."""
        for place in range(self.people):
            yield self[f"person_{place}"], self[f"or_{place}"]

    def clean(self) -> dict[str, Any]:
        """Refuse a limit without a currency, and a line that says nobody where somebody is due."""
        data: dict[str, Any] = self.cleaned_data
        if not self.is_rest and data.get("above") and not data.get("currency"):
            self.add_error("currency", told("Name the currency of this amount."))
        if self.is_used and not data.get("person_0"):
            self.add_error("person_0", told("Choose who has to agree."))
        others = [data.get(f"person_{place}") for place in range(1, self.people)]
        if data.get("person_0") == NOBODY and any(others):
            self.add_error("person_0", told("Choose nobody, or the people: not both."))
        for place in range(self.people):
            if data.get(f"or_{place}") and data.get(f"person_{place}") in ("", ANY, NOBODY):
                self.add_error(f"or_{place}", told("There is nobody to be “or” to."))
        return data

    def clean_above(self) -> Decimal:
        """Return the limit; nothing typed is 0."""
        try:
            return policies.amount_of(self.cleaned_data["above"])
        except BadRules as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    @property
    def is_used(self) -> bool:
        """Whether the line says anything: without a currency it is left out."""
        return self.is_rest or bool(self.cleaned_data.get("currency"))

    @property
    def band(self) -> Band:
        """Return what a valid line says."""
        data = self.cleaned_data
        chosen = [(data[f"person_{place}"], data[f"or_{place}"]) for place in range(self.people)]
        seats = tuple(_seat(one, other) for one, other in chosen if one not in ("", NOBODY))
        if self.is_rest:
            return Band(seats=seats)
        return Band(currency=data["currency"].strip().upper(), above=data["above"], seats=seats)


class PolicyForm(forms.Form):
    """Another policy; `cleaned_data["rules"]` is what it says."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    askers = forms.MultipleChoiceField(
        label=_("Roles that may ask (none: whoever holds the right)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hours = forms.IntegerField(
        label=_("Hours to decide (0: no limit)"),
        min_value=0,
        max_value=policies.MOST_HOURS,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    delegable = forms.BooleanField(label=_("Another may vote for an absent one"), required=False)
    step_up = forms.BooleanField(label=_("Confirm anew who you are"), required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.TextInput(attrs={"class": "input"})
    )

    def __init__(self, data: Any, *, rules: Mapping[str, Any], kind: Kind, roles: Roles) -> None:
        super().__init__(data, initial=_as_kept(rules), label_suffix="")
        fields: Any = self.fields
        fields["askers"].choices = list(roles.items())
        self.lines = list(_lines(data, rules["bands"], kind, roles))

    def clean(self) -> dict[str, Any]:
        """Read the lines too, and say the whole as rules."""
        data: dict[str, Any] = self.cleaned_data
        valid = [line.is_valid() for line in self.lines]  # each says what is wrong with it
        if not all(valid):
            raise forms.ValidationError(told("Look at who has to agree: a line is not whole."))
        plain = {name: data[name] for name in ("hours", "delegable", "step_up") if name in data}
        bands = tuple(line.band for line in self.lines if line.is_used)
        data["rules"] = Rules(askers=tuple(data.get("askers", ())), bands=bands, **plain)
        return data


def _lines(
    data: Any, bands: Sequence[Mapping[str, Any]], kind: Kind, roles: Roles
) -> Iterator[LineForm]:
    """Yield what holds for everything else, then the limits in force, then empty ones.

    As many as were sent, where the policy has fewer by now: nothing typed is passed over.
    """
    rest = [band for band in bands if not band["currency"]]
    limits: list[Mapping[str, Any] | None] = [band for band in bands if band["currency"]]
    spare = min(SPARE, policies.MOST_BANDS - len(bands)) if kind.has_amount else 0
    sent = _posted(data, "line-{}-person_0") - 1
    limits += [None] * max(spare, sent - len(limits))
    for number, band in enumerate([rest[0] if rest else None, *limits]):
        is_rest = number == 0
        yield LineForm(
            data, prefix=f"line-{number}", band=band, roles=roles, kind=kind, is_rest=is_rest
        )


def _posted(data: Any, name: str) -> int:
    """Return how many fields of a numbered name were sent."""
    return sum(name.format(number) in data for number in range(policies.MOST_BANDS)) if data else 0


def _as_kept(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rules[name] for name in ("askers", "hours", "delegable", "step_up")}


def _choice(label: Any, choices: Sequence[tuple[Any, Any]], initial: str) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "select"})
    return forms.ChoiceField(
        label=label, choices=choices, initial=initial, required=False, widget=widget
    )


def _first_of(seat: list[str] | None, *, is_alone: bool) -> str:
    """Return which choice shows a person of the policy in force."""
    if seat is None:
        return NOBODY if is_alone else ""
    if not seat:
        return ANY
    return seat[0] if len(seat) <= 2 else OR.join(seat)


def _seat(one: str, other: str) -> tuple[str, ...]:
    if one == ANY:
        return ()
    roles = tuple(one.split(OR))
    return roles if not other or other in roles else (*roles, other)
