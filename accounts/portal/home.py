"""The client's start page: accounts with their figures, and what moves."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.calc.client_words import DEPOSIT_READS, TRANSFER_READS, withdrawal_reads
from accounts.queries.own import payments, transfers
from accounts.queries.transfers import places
from backoffice.ui.personal.shapes import ClientDetail
from trading.queries import trading_accounts


class Home(ClientDetail):
    """Own accounts, own payments."""

    template_name = "portal/accounts/home.html"

    def context(self) -> dict[str, Any]:
        """Return the accounts with their latest figures, and the newest payments."""
        mine = self.client_id
        moving = transfers.list_transfers_of(mine)
        going, coming = payments.list_withdrawals_of(mine), payments.list_deposits_of(mine)
        return {
            "accounts": trading_accounts.list_accounts_of(mine),
            "wallets": [one for one in places.wallets_of(mine) if one.balance],
            "withdrawals": [
                (one, _(withdrawal_reads(from_wallet=one.from_wallet)[one.state])) for one in going
            ],
            "transfers": [(one, _(TRANSFER_READS[one.state])) for one in moving],
            "deposits": [(one, _(DEPOSIT_READS[one.state])) for one in coming],
        }
