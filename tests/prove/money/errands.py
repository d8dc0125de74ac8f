"""One withdrawal as people carry it through the pages: asked for, approved, paid out or returned.

Every step looks first at where it stands, so it may be repeated whoever died in between: the form
is posted again with the same key, the approval is given to what the page shows now.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

import httpx

from tests.bench.stage import FORM_TOKEN, first
from tests.prove.money.eye import Standing

STAY, PAY, RETURN = "stay", "pay", "return"
FATES = (STAY, STAY, PAY, RETURN)
_TROUBLE = r'(?:notice-danger.*?<span>|class="wrong"[^>]*>)(.*?)</span>'
_FINAL = ("PAID", "REJECTED", "CANCELLED", "REFUSED", "RETURNED")


@dataclass(frozen=True)
class Customer:
    """An account with money on it, and whose it is."""

    account_id: int
    client_id: int
    login: int
    currency: str
    holder: str


@dataclass
class Browsers:
    """A signed-in browser for each who has a hand in it."""

    asker: httpx.Client
    approver: httpx.Client  # and the second person of a payout
    cashier: httpx.Client


@dataclass
class Errand:
    """One withdrawal, and what is to become of it."""

    customer: Customer
    amount: Decimal
    fate: str
    key: UUID = field(default_factory=uuid4)
    said: str = ""

    def is_over(self, now: Standing | None) -> bool:
        """Whether nobody has anything more to do or to wait for."""
        if now is None:
            return False
        if now.operation == "MANUAL" or now.state in _FINAL:
            return True
        return now.state == "DEBITED" and self.fate == STAY

    def go_on(self, browsers: Browsers, now: Standing | None) -> None:
        """Take the next step; a web server that is just dead is tried again at the next turn."""
        try:
            if now is None:
                self._ask(browsers.asker)
            elif now.state == "REQUESTED":
                self._approve(browsers.approver, now.payment_id)
            elif now.state == "SENT":
                self._act(browsers.approver, now.payment_id, "confirm", {})
            elif now.state == "DEBITED":
                self._decide(browsers, now)
        except (httpx.TransportError, RuntimeError) as trouble:
            self.said = f"{type(trouble).__name__}: {trouble}"

    def _ask(self, browser: httpx.Client) -> None:
        path = f"/payments/clients/{self.customer.client_id}/withdraw/"
        page = browser.get(path)
        method = re.search(
            rf'<option value="(\d+)"[^>]*>\s*[^<]*· {self.customer.currency}\s*</option>', page.text
        )
        if method is None:
            raise RuntimeError(f"{path} answered {page.status_code} and offers no method")
        fields = {
            "csrfmiddlewaretoken": first(FORM_TOKEN, page.text),
            "key": str(self.key),
            "account_id": str(self.customer.account_id),
            "amount": str(self.amount),
            "method_id": method[1],
            "requisite": f"DE00 0000 {self.customer.client_id:08d}",
            "holder": self.customer.holder,
            "stated_reason": "need",
            "stated_text": "",
            "note": "",
        }
        self.said = post(browser, path, fields)

    def _decide(self, browsers: Browsers, now: Standing) -> None:
        """Out to the client, or back: one asks for the return, somebody else agrees."""
        if self.fate == PAY:
            self._act(browsers.cashier, now.payment_id, "send", {"bank_reference": "W-1"})
        elif self.fate == RETURN and now.is_return_asked:
            self._act(browsers.cashier, now.payment_id, "return", {})
        elif self.fate == RETURN:
            reason = {"reason": "it bounced"}
            self._act(browsers.approver, now.payment_id, "ask-return", reason)

    def _approve(self, browser: httpx.Client, payment_id: int) -> None:
        page = browser.get(f"/payments/{payment_id}/")
        seen = first(r'name="fingerprint" value="([^"]+)"', page.text)
        self._act(browser, payment_id, "approve", {"fingerprint": seen}, page.text)

    def _act(
        self,
        browser: httpx.Client,
        payment_id: int,
        verb: str,
        fields: Mapping[str, str],
        page: str = "",
    ) -> None:
        page = page or browser.get(f"/payments/{payment_id}/").text
        token = {"csrfmiddlewaretoken": first(FORM_TOKEN, page)}
        self.said = post(browser, f"/payments/{payment_id}/{verb}/", {**fields, **token})


def post(browser: httpx.Client, path: str, fields: Mapping[str, str]) -> str:
    """Send a form; what the page said against it, "" when it was taken."""
    headers = {"Referer": str(browser.base_url)}
    answer = browser.post(path, data=dict(fields), headers=headers, follow_redirects=False)
    if answer.status_code == 302:
        return ""
    told = re.findall(_TROUBLE, answer.text, re.DOTALL)
    return f"{path} answered {answer.status_code}: {' '.join(told).strip()[:200]}"
