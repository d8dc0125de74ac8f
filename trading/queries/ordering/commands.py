"""Requests about accounts: who may see which, which wait for whom, which nobody answered."""

import json
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.queries import requests
from backoffice.core.access import Reaching, get_or_404_for, restrict
from trading.models import AccountCommand, AccountType, Group, TradingAccount
from trading.permissions import CONFIRM_ACCOUNTS, VIEW_ACCOUNTS
from trading.states import (
    ACCOUNT_ORDER_LABELS,
    ACCOUNT_VERB_LABELS,
    ORDER_OPEN,
    AccountOrder,
    AccountVerb,
)

# name → fields, each list ending in a unique one, all of them never null (backoffice.ui.keyset)
ORDERS = {"-id": ("-id",), "id": ("id",)}
LEFT_AFTER = timedelta(seconds=30)
COUNTED = 1000


def list_commands_for(user: Reaching) -> QuerySet[AccountCommand]:
    """Return the requests about accounts that the user may see; the caller orders."""
    commands = restrict(AccountCommand.objects.all(), user, VIEW_ACCOUNTS)
    return commands.select_related("server", "account", "client", "account_type")


def get_command_for(user: Reaching, pk: int) -> AccountCommand:
    """Return one request, or raise Http404."""
    return get_or_404_for(list_commands_for(user), user, VIEW_ACCOUNTS, pk=pk)


def whole(pk: int) -> AccountCommand:
    """Return a command that the caller just carried out, with what is shown of it."""
    return AccountCommand.objects.select_related("server").get(pk=pk)


def list_commands_of(user: Reaching, account_id: int) -> QuerySet[AccountCommand]:
    """Return the requests about one account, the newest first."""
    return list_commands_for(user).filter(account_id=account_id).order_by("-id")


def waiting_for(user: Any) -> QuerySet[AccountCommand]:
    """Return what this very person can decide now."""
    waiting = restrict(AccountCommand.objects.all(), user, CONFIRM_ACCOUNTS)
    mine = Q(requested_by=str(user.actor)) | ~Q(approval_id__in=requests.ids_open_to(user))
    return waiting.filter(state=AccountOrder.WAITING).exclude(mine)


def count_waiting_for(user: Any) -> int:
    """Count it, a thousand and one at most: the number beside the menu's word."""
    return waiting_for(user)[: COUNTED + 1].count()


def picture_asked_on(command: AccountCommand) -> dict[str, Any]:
    """Return how the account stood when the request was made, as its payload tells."""
    told = json.loads(command.payload)
    value = told.get("value", "")
    return {
        "value": f"1:{value}" if value and command.verb == AccountVerb.LEVERAGE else value,
        "leverage": told.get("leverage", ""),
        **told.get("on", {}),
    }


def groups_to_move_to(account: TradingAccount) -> list[str]:
    """Return the groups of the account's server that count money as its own does."""
    groups = Group.objects.filter(
        server_id=account.server_id,
        currency=account.group.currency,
        cent_factor=account.group.cent_factor,
    )
    names = groups.exclude(pk=account.group_id).order_by("name")
    return list(names.values_list("name", flat=True))


def leverages_of(account: TradingAccount) -> list[int]:
    """Return the leverages on offer for the account's group; the usual ones without a catalogue."""
    kinds = AccountType.objects.filter(group_id=account.group_id, is_active=True)
    allowed = {one for kind in kinds for one in kind.leverages}
    usual = allowed or {1, 10, 20, 25, 30, 50, 100, 200, 300, 400, 500, 1000}
    return sorted(usual - {account.leverage})


def types_on_offer(legal_entity_id: int) -> list[AccountType]:
    """Return the account types that a client of this entity can have."""
    kinds = AccountType.objects.filter(legal_entity_id=legal_entity_id, is_active=True)
    return list(kinds.select_related("group__server"))


def to_chase(now: datetime) -> list[int]:
    """Return the requests that nobody is left to bring on, the oldest first."""
    late = Q(state=AccountOrder.READY, changed_at__lt=now - LEFT_AFTER)
    late |= Q(state__in=[AccountOrder.SENDING, AccountOrder.UNCERTAIN])
    rows = AccountCommand.objects.filter(late).order_by("id")
    return list(rows.values_list("id", flat=True)[:200])


class CommandFilter(django_filters.FilterSet):
    """What narrows the list of requests about accounts."""

    q = django_filters.CharFilter(method="by_login", label=_("Search"), max_length=20)
    view = django_filters.ChoiceFilter(
        method="by_view",
        label=_("View"),
        choices=[
            ("todo", _("Waits for me")),
            ("open", _("Open")),
            ("confirming", _("Being confirmed")),
        ],
    )
    verb = django_filters.MultipleChoiceFilter(
        choices=[(verb, _(label)) for verb, label in ACCOUNT_VERB_LABELS.items()],
        label=_("What"),
        distinct=False,
    )
    state = django_filters.MultipleChoiceFilter(
        choices=[(state, _(label)) for state, label in ACCOUNT_ORDER_LABELS.items()],
        label=_("State"),
        distinct=False,
    )

    class Meta:
        model = AccountCommand
        fields: tuple[str, ...] = ()

    def by_login(
        self, commands: QuerySet[AccountCommand], name: str, text: str
    ) -> QuerySet[AccountCommand]:
        """Match a login, or a request's own number with # before it."""
        digits = text.strip().removeprefix("#")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
            return commands.none()
        key = {"pk": int(digits)} if text.strip().startswith("#") else {"login": int(digits)}
        return commands.filter(**key)

    def by_view(
        self, commands: QuerySet[AccountCommand], name: str, value: str
    ) -> QuerySet[AccountCommand]:
        """Match one of the tabs."""
        if value == "todo":
            return commands.filter(pk__in=waiting_for(self.request.user).values("pk"))
        if value == "confirming":
            return commands.filter(state__in=[AccountOrder.SENDING, AccountOrder.UNCERTAIN])
        return commands.filter(state__in=ORDER_OPEN)
