"""What the approval page shows beside the facts: the decision bar, its forms, the way on."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.calc.picture import differing
from accounts.pages import bars, forms
from accounts.pages.bars import Button, Way
from accounts.pages.tables import due
from accounts.queries import approval_page
from accounts.queries.approval_page import ApprovalPage
from accounts.queries.payments import View
from accounts.states import UNDECIDED
from backoffice.core.actors import Origin
from backoffice.ui import badges

WAYS: dict[str, Way] = {
    "cancel": Way(label=_("Cancel for the client"), form=forms.CancelForm),
    "drop_return": Way(label=_("Drop the return"), form=forms.DropReturnForm),
    "ask_return": Way(label=_("Return to the account"), form=forms.AskReturnForm),
    "reject": Way(label=_("Reject"), form=forms.RejectForm, key="r"),
    "ask_client": Way(label=_("Wait for the client"), form=forms.AskClientForm, key="w"),
    "settle_decline": bars.DECLINE,
    "screen": Way(label=_("Record a screening"), form=forms.ScreenForm),
    "supply": Way(label=_("The client gave it"), form=forms.SupplyForm, key="w"),
    "retry_return": Way(label=_("Return again"), form=forms.RetryReturnForm, key="a", is_main=True),
    "send": Way(label=_("Record as sent"), form=forms.SendForm, key="a", is_main=True),
    "confirm": Way(label=_("Confirm"), form=forms.ConfirmForm, key="a", is_main=True),
    "return": Way(label=_("Confirm the return of"), form=forms.ReturnForm, key="a", is_main=True),
    "settle": bars.SETTLE,
    "settle_confirm": Way(
        label=_("Confirm the settlement of"), form=forms.SettleConfirmForm, key="a", is_main=True
    ),
    "approve": Way(label=_("Approve"), form=forms.ApproveForm, key="a", is_main=True),
}


def page_for(user: Any, pk: int, *, origin: Origin, now: datetime) -> ApprovalPage:
    """Return the content of the page, or raise Http404."""
    return approval_page.get_approval_page_for(user, pk, origin=origin, now=now)


def context(
    user: Any, page: ApprovalPage, *, view: str = View.TODO, now: datetime, form: Any = None
) -> dict[str, Any]:
    """Return the rest of the page; `form` is one that was opened, or sent and not accepted."""
    payment = page.payment
    return {
        "page": page,
        "payment": payment,
        "verdict": badges.find("check", page.verdict),
        "due": due(payment, now),
        "requester": page.names.get(payment.requested_by, payment.requested_by),
        "queue": place(user, page, view, now),
        **bar(page, form),
    }


def bar(page: ApprovalPage, form: Any) -> dict[str, Any]:
    """Return what may follow, and the form that stands open."""
    return {
        "buttons": buttons(page, form),
        "is_for_others": bars.is_for_others(page.acts),
        "changed": changed(page, form),
        "opened": form,
    }


def place(user: Any, page: ApprovalPage, view: str, now: datetime) -> dict[str, Any]:
    """Return where the payment stands in the tab that it was opened from, and its neighbours."""
    told = approval_page.neighbours_for(user, page.payment, view=view, now=now)
    return {"view": view, **dict(zip(("before", "after", "place", "count"), told, strict=True))}


def buttons(page: ApprovalPage, opened: Any = None) -> list[Button]:
    """Return what this person's roles let follow; what is shut now, with its reason."""
    return [_button(page, verb, opened) for verb in WAYS if page.acts[verb].is_drawn]


def changed(page: ApprovalPage, form: Any) -> tuple[int, ...]:
    """Return the numbers of the checks that are not any more what the sent form had seen."""
    if not isinstance(form, forms.ApproveForm) or not form.is_bound:
        return ()
    seen = str(form.data.get("fingerprint", ""))
    names = differing(seen, page.fingerprint) if page.payment.state in UNDECIDED else ()
    return tuple(int(name) for name in names if name.isdecimal())


def _button(page: ApprovalPage, verb: str, opened: Any) -> Button:
    made = bars.button(("payment", page.payment.pk), verb, WAYS[verb], page.acts[verb], opened)
    if verb == "approve":  # always the picture that stands on this very page
        form = forms.ApproveForm(initial={"fingerprint": page.fingerprint})
        made = replace(made, form=form)
    made.form.fit(page.payment.method)
    return made
