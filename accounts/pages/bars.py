"""The decision bar of a page: what can follow, in words, with its form, or why it is shut."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.pages import forms
from accounts.queries.acts import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a verb looks in the bar: its words, its key, whether it is what the page is for."""

    label: Any
    form: type[forms.DecisionForm]
    key: str = ""
    is_main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One act of the bar as it is drawn: words, form, where it posts, why it is shut."""

    verb: str
    way: Way
    act: Act
    form: forms.DecisionForm
    url: str
    is_opened: bool


#: What is settled by hand stands in every bar under the same words and keys.
DECLINE = Way(label=_("Decline"), form=forms.SettleDeclineForm, key="r")
SETTLE = Way(label=_("Settle by hand"), form=forms.SettleForm, key="a", is_main=True)
SETTLE_CONFIRM = Way(
    label=_("Confirm the settlement"), form=forms.SettleConfirmForm, key="a", is_main=True
)


def button(record: tuple[str, int], verb: str, way: Way, act: Act, opened: Any) -> Button:
    """Return one button of a record's bar, with the form that was opened, or sent and not accepted.

    `record` is the first part of its addresses' names, and its key: ("transfer", 12).
    """
    name, pk = record
    is_opened = opened is not None and opened.verb == verb
    return Button(
        verb=verb,
        way=way,
        act=act,
        form=opened if is_opened else way.form(),
        url=reverse(f"accounts:{name}-{verb.replace('_', '-')}", args=[pk]),
        is_opened=is_opened,
    )


def buttons(
    record: tuple[str, int], ways: Mapping[str, Way], acts: Mapping[str, Act], opened: Any
) -> list[Button]:
    """Return what this person's roles let follow; what is shut now, with its reason."""
    return [
        button(record, verb, way, acts[verb], opened)
        for verb, way in ways.items()
        if acts[verb].is_drawn
    ]


def is_for_others(acts: Mapping[str, Act]) -> bool:
    """Say whether something can follow, and none of it is for this person's roles."""
    offered = [act for act in acts.values() if act.is_offered]
    return bool(offered) and not any(act.is_yours for act in offered)
