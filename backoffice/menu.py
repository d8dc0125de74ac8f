"""The whole navigation as one frozen table, and what every page of the shell needs to know.

An entry is shown to whoever holds its permission; what one may not open leaves no trace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import permissions as accounts
from backoffice.approvals import permissions as approvals
from backoffice.audit import permissions as audit
from backoffice.core import clock
from backoffice.core.words import noop
from backoffice.identity import permissions as identity
from backoffice.identity.states import DENSITY_LABELS, THEME_LABELS
from backoffice.machines import permissions as machines
from backoffice.ui import ages, keys
from crm import permissions as crm
from trading import permissions as trading

PRODUCTION = "production"
PARTS = {
    "sidebar": "components/_sidebar.html",
    "bottombar": "components/_bottombar.html",
    "keys": "components/_keys.html",
}


@dataclass(frozen=True, eq=False)  # each is itself: the parts of the shell are kept by them
class Entry:
    """A line of the sidebar: its word, where it leads, who sees it, its icon, its key after g.

    `covers` are beginnings of the url names of pages that belong to it; `counter` is the url name
    of the number beside its word, fetched when the page stands.
    """

    label: str
    url_name: str
    permission: object | None
    icon: str
    key: str = ""
    at_end: bool = False
    covers: tuple[str, ...] = ()
    counter: str = ""


MENU: tuple[Entry, ...] = (
    Entry(noop("Morning"), "home", None, "morning", "h"),
    Entry(
        noop("Clients"),
        "crm:client-list",
        crm.SEE_CLIENTS,
        "clients",
        "c",
        covers=("crm:client-", "crm:panel-", "crm:grant-", "trading:account-"),
    ),
    Entry(
        noop("To do"),
        "approvals:request-list",
        approvals.USE,
        "done",
        "t",
        covers=("approvals:request-", "approvals:delegation-", "approvals:role-"),
        counter="approvals:request-count",
    ),
    Entry(
        noop("Approvals"),
        "accounts:payment-list",
        accounts.SEE_PAYMENTS,
        "money",
        "a",
        covers=("accounts:payment-", "accounts:withdrawal-"),
        counter="accounts:payment-count",
    ),
    Entry(
        noop("Deposits"),
        "accounts:deposit-list",
        accounts.SEE_PAYMENTS,
        "coming",
        "d",
        covers=("accounts:deposit-",),
        counter="accounts:deposit-count",
    ),
    Entry(
        noop("Corrections"),
        "accounts:adjustment-list",
        accounts.SEE_PAYMENTS,
        "switch",
        covers=("accounts:adjustment-",),
    ),
    Entry(
        noop("Transfers"),
        "accounts:transfer-list",
        accounts.SEE_PAYMENTS,
        "switch",
        covers=("accounts:transfer-",),
        counter="accounts:transfer-count",
    ),
    Entry(
        noop("Bulk"),
        "accounts:bulk-list",
        accounts.SEE_BULK,
        "record",
        covers=("accounts:bulk-",),
        counter="accounts:bulk-count",
    ),
    Entry(
        noop("Disputes"),
        "accounts:dispute-list",
        accounts.SEE_PAYMENTS,
        "back",
        covers=("accounts:dispute-",),
    ),
    Entry(
        noop("Bank"),
        "accounts:bank-list",
        accounts.SEE_BANK,
        "money",
        "b",
        covers=("accounts:bank-",),
        counter="accounts:bank-count",
    ),
    Entry(
        noop("Payment methods"),
        "accounts:method-list",
        accounts.SEE_PAYMENT_METHODS,
        "money",
        covers=("accounts:method-",),
    ),
    Entry(
        noop("Differences"),
        "accounts:difference-list",
        accounts.SEE_BOOKS,
        "scales",
        covers=("accounts:difference-", "accounts:settlement-"),
        counter="accounts:difference-count",
    ),
    Entry(
        noop("Unbound"),
        "trading:unbound-list",
        trading.BIND_ACCOUNTS,
        "account",
        "u",
        covers=("trading:unbound-", "trading:binding-"),
        counter="trading:unbound-count",
    ),
    Entry(
        noop("By hand"),
        "trading:by-hand-list",
        trading.SETTLE_OPERATIONS,
        "person",
        covers=("trading:by-hand-",),
        counter="trading:by-hand-count",
    ),
    Entry(
        noop("Requests"),
        "trading:command-list",
        trading.VIEW_ACCOUNTS,
        "record",
        "q",
        covers=("trading:command-",),
        counter="trading:command-count",
    ),
    Entry(
        noop("Alerts"),
        "trading:alert-list",
        trading.SEE_CHANGES,
        "needs",
        "x",
        covers=("trading:alert-",),
        counter="trading:alert-count",
    ),
    Entry(noop("Changes"), "trading:change-list", trading.SEE_CHANGES, "switch", "o"),
    Entry(noop("Managers"), "trading:manager-list", trading.SEE_CHANGES, "person", "w"),
    Entry(noop("Servers"), "trading:server-list", trading.VIEW_SERVERS, "servers", "m"),
    Entry(noop("Looks"), "crm:look-list", crm.SEE_LOOKS, "eye", "k", at_end=True),
    Entry(
        noop("Audit"),
        "audit:event-list",
        audit.SEE_AUDIT,
        "log",
        "l",
        at_end=True,
        covers=("audit:",),
    ),
    Entry(
        noop("Policies"),
        "approvals:policy-list",
        approvals.SEE_POLICIES,
        "scales",
        covers=("approvals:policy-",),
        at_end=True,
    ),
    Entry(
        noop("Staff"),
        "identity:staff-list",
        identity.SEE_STAFF,
        "person",
        "e",
        at_end=True,
        covers=("identity:staff-", "identity:role-", "identity:desk-"),
    ),
    Entry(noop("Status"), "health:status", None, "pulse", at_end=True),
    Entry(
        noop("Integrations"),
        "machines:integration-list",
        machines.SEE_INTEGRATIONS,
        "socket",
        "i",
        at_end=True,
        covers=("machines:",),
    ),
    Entry(noop("Settings"), "admin:index", identity.USE_ADMIN, "settings", "s", at_end=True),
)
#: In the demo only: its address does not exist elsewhere.
PLUG = Entry(
    noop("Pull the plug"),
    "plug:panel",
    identity.USE_ADMIN,
    "offline",
    at_end=True,
    covers=("plug:",),
)


@dataclass(frozen=True)
class Line:
    """An entry as one person sees it on one page."""

    label: str
    url: str
    icon: str
    key: str
    is_current: bool
    at_end: bool
    counter_url: str = ""


def entries() -> tuple[Entry, ...]:
    """Return every entry that this installation has."""
    return (*MENU, PLUG) if settings.PULLS_PLUGS else MENU


@lru_cache(maxsize=1000)
def _current(place: str, known: tuple[Entry, ...]) -> tuple[bool, ...]:
    """Tell of each entry whether the page of this url name belongs to it."""
    return tuple(place == one.url_name or place.startswith(one.covers) for one in known)


def _lines(seen: tuple[tuple[Entry, bool], ...]) -> Iterator[Line]:
    """Yield the entries that a person may see, each with whether it is the one of the page."""
    for entry, is_current in seen:
        yield Line(
            label=_(entry.label),
            url=reverse(entry.url_name),
            icon=entry.icon,
            key=entry.key,
            is_current=is_current,
            at_end=entry.at_end,
            counter_url=reverse(entry.counter) if entry.counter else "",
        )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template surroundings and the reader's taste; staff also the navigation."""
    now = clock.now()
    is_portal = request.path_info.startswith(settings.PORTAL_PATH)
    context = {
        "now": now,
        "now_ms": ages.stamp(now),
        "environment": "" if settings.ENVIRONMENT == PRODUCTION else settings.ENVIRONMENT.upper(),
        "point": formats.get_format("DECIMAL_SEPARATOR"),
        "group": formats.get_format("THOUSAND_SEPARATOR"),
        "zone": timezone.get_current_timezone_name(),
        "taste": taste(request),
        "is_portal": is_portal,
        "start": settings.PORTAL_PATH if is_portal else "/",
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return context
    return context | _navigation(request)


def taste(request: HttpRequest) -> dict[str, Any]:
    """Return how the person likes the screen: their row, before sign-in the browser's cookie."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    chosen = {
        name: getattr(user, name) if signed_in else request.COOKIES.get(name, "")
        for name in ("theme", "density")
    }
    return {
        "theme": chosen["theme"] if chosen["theme"] in list(THEME_LABELS) else "system",
        "density": chosen["density"] if chosen["density"] in list(DENSITY_LABELS) else "regular",
        "sidebar": "narrow" if request.COOKIES.get("sidebar") == "narrow" else "wide",
        "themes": [(value, _(word)) for value, word in THEME_LABELS.items()],
        "densities": [(value, _(word)) for value, word in DENSITY_LABELS.items()],
    }


@lru_cache(maxsize=1000)
def _parts(seen: tuple[tuple[Entry, bool], ...], language: str, roots: Any) -> dict[str, Any]:
    """Return the parts of the shell that only the menu decides, drawn once for all who see it so.

    They are the larger half of what a small page costs. Addresses stand below `roots`.
    """
    menu = list(_lines(seen))
    context = {
        "menu": [line for line in menu if not line.at_end],
        "menu_end": [line for line in menu if line.at_end],
        "key_groups": keys.groups((line.key, line.label, line.url) for line in menu if line.key),
    }
    return context | {
        name: SafeString(get_template(template).render(context)) for name, template in PARTS.items()
    }


def _roots() -> tuple[str, str]:
    return get_urlconf() or settings.ROOT_URLCONF, get_script_prefix()


def _navigation(request: Any) -> dict[str, Any]:
    may, known = request.user.may, entries()
    place = request.resolver_match.view_name if request.resolver_match else ""
    seen = tuple(
        pair
        for pair in zip(known, _current(place, known), strict=True)
        if pair[0].permission is None or may(pair[0].permission)
    )
    return {
        "live_url": settings.LIVE_URL,
        **_parts(seen, get_language() or "", _roots()),
        "search_url": reverse("crm:client-list") if may(crm.SEE_CLIENTS) else "",
    }
