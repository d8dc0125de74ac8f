"""One deposit as people carry it: begun by staff, paid by its client on the provider's own page.

What follows is the machine's: the provider's callback, the credit in MetaTrader. Every step looks
first at where it stands, so it may be repeated whoever died in between.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

import httpx

from tests.bench.stage import FORM_TOKEN, first
from tests.prove.money.errands import Browsers, Customer, post
from tests.prove.money.eye import Standing

#: The method whose money comes by itself once its client paid: a wire waits for a statement.
METHOD = "Card"
#: Nobody has anything more to do, or a person has to look.
_OVER = ("CREDITED", "IN_REVIEW", "PARKED", "FAILED", "REJECTED", "EXPIRED", "CANCELLED")


@dataclass
class PayIn:
    """One deposit by card."""

    customer: Customer
    amount: Decimal
    key: UUID = field(default_factory=uuid4)
    said: str = ""

    def is_over(self, now: Standing | None) -> bool:
        """Whether nobody has anything more to do or to wait for."""
        return now is not None and (now.operation == "MANUAL" or now.state in _OVER)

    def go_on(self, browsers: Browsers, now: Standing | None) -> None:
        """Take the next step; who is just dead is tried again at the next turn."""
        try:
            if now is None:
                self.said = self._begin(browsers.asker)
            elif now.state == "PENDING" and now.page_url:
                self._pay(now.page_url)
        except (httpx.HTTPError, RuntimeError) as trouble:
            self.said = f"{type(trouble).__name__}: {trouble}"

    def _begin(self, browser: httpx.Client) -> str:
        path = f"/payments/clients/{self.customer.client_id}/deposit/"
        page = browser.get(path)
        # Accounts are told with their currency as well: only the options of the method count.
        offer = re.search(r'<select[^>]*name="method_id".*?</select>', page.text, re.DOTALL)
        method = re.search(
            rf'<option value="(\d+)"[^>]*>\s*{METHOD} · {self.customer.currency}\s*</option>',
            offer[0] if offer else "",
        )
        if method is None:
            raise RuntimeError(f"{path} answered {page.status_code} and offers no card")
        fields = {
            "csrfmiddlewaretoken": first(FORM_TOKEN, page.text),
            "key": str(self.key),
            "account_id": str(self.customer.account_id),
            "amount": str(self.amount),
            "method_id": method[1],
        }
        return post(browser, path, fields)

    def _pay(self, page_url: str) -> None:
        """The client's own browser; the provider takes the money once, however often it is sent."""
        with httpx.Client(timeout=10, trust_env=False) as client:
            client.post(page_url, data={"card": "visa", "holder": self.customer.holder})
