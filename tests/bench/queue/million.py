"""The program that loads a million payments and asks for the queue as three people see it.

    python -m tests.bench.queue.million SUPERUSER_DSN [PAYMENTS]

In an empty, migrated database. Its last line is JSON: milliseconds by page.
"""

import json
import re
import sys
import time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Payment
from backoffice.core.runtime import memory
from backoffice.identity.models import User
from tests.bench.figures import middle, tail
from tests.bench.queue import filling
from tests.factories.payments import Till, a_till
from tests.factories.people import a_browser

WHOLE, ASKED = 1_000_000, 40


def main(address: str, payments: int) -> dict[str, Any]:
    """Load, and ask for each page so many times."""
    settings.ALLOWED_HOSTS = ["*"]
    till = a_till()
    till.ask("70.00")
    began = time.perf_counter()
    filling.fill(address, payments)
    told: dict[str, Any] = {
        "loaded": time.perf_counter() - began,
        "payments": Payment.objects.count(),
        "pages": {},
    }
    memory.set_aside()  # as a web server has done before its first page (backoffice/wsgi.py)
    for name, (user, query) in pages_of(till).items():
        told["pages"][name] = asked(a_browser(user), query)
    return told


def pages_of(till: Till) -> dict[str, tuple[User, str]]:
    """Return what is asked for: a name, who asks, and the address."""
    listed, middle_of_all = reverse("accounts:payment-list"), Payment.objects.count() // 2
    return {
        "to do": (till.approver, listed),
        "to do of finance": (till.cashier, listed),
        "all": (till.approver, f"{listed}?view=all"),
        "all, of sales": (till.asker, f"{listed}?view=all"),
        "late": (till.approver, f"{listed}?view=late"),
        "others": (till.approver, f"{listed}?view=others"),
        "voided": (till.approver, f"{listed}?view=voided"),
        "uncertain": (till.approver, f"{listed}?view=uncertain"),
        "by number": (till.approver, f"{listed}?q=%23{middle_of_all}"),
        "by login": (till.approver, f"{listed}?q={till.account.login + 1}"),
        "by name": (till.approver, f"{listed}?q=ana+novak"),
        "by name, of sales": (till.asker, f"{listed}?q=ana+novak"),
        "paid": (till.approver, f"{listed}?state=PAID"),
        "paid, of sales": (till.asker, f"{listed}?state=PAID"),
        "paid, second page": (till.approver, f"{listed}?state=PAID&after={{older}}"),
        "taken back": (till.approver, f"{listed}?state=CANCELLED"),
        "one currency": (till.approver, f"{listed}?currency=usd"),
        "menu's count": (till.approver, reverse("accounts:payment-count")),
        "news": (till.approver, reverse("accounts:payment-news")),
    }


def asked(browser: Browser, url: str) -> dict[str, float]:
    """Ask for a page so often; milliseconds of server time, the middle and the 95th percentile."""
    if "{older}" in url:
        first = browser.get(url.partition("&after")[0]).content.decode()
        url = url.replace("{older}", re.findall(r'after=([^"&]+)', first)[0])
    took = []
    for number in range(ASKED + 1):
        began = time.perf_counter()
        answer = browser.get(url)
        if number:  # the first fills what is kept between two
            took.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            raise SystemExit(f"{url} answered {answer.status_code}")
    return {"p50": middle(took), "p95": tail(took)}


if __name__ == "__main__":
    amount = int(sys.argv[2]) if len(sys.argv) > 2 else WHOLE
    sys.stdout.write(json.dumps(main(sys.argv[1], amount)) + "\n")
