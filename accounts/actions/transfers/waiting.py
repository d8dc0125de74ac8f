"""Changes of group and leverage wait while a transfer is open on the account."""

from django.utils.translation import gettext as _

from accounts.queries.transfers import standing
from trading.actions.ordering import waiting


def reason(account_id: int) -> str:
    """Return why a change of this account has to wait, or ""."""
    number = standing.open_on(account_id)
    return _("Transfer %(number)s is open on it.") % {"number": number} if number else ""


def register() -> None:
    """Have it asked before any change of group or leverage is sent."""
    waiting.register("accounts.transfers", reason)
