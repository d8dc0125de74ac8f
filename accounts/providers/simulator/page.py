"""The hosted page of the simulated provider: what the client sees and presses."""

from collections.abc import Callable
from decimal import Decimal

from accounts.providers.simulator.store import Row
from backoffice.core.money import digits

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cardly (simulated)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; min-height: 100vh;
  place-items: center }}
main {{ width: min(24rem, 92vw) }}
h1 {{ font-size: 1.25rem; margin: 0 }}
.sum {{ font-size: 2rem; font-variant-numeric: tabular-nums; margin: .25rem 0 1rem }}
label {{ display: block; margin: .75rem 0 }}
input, select, button {{ font: inherit; width: 100%; padding: .6rem; box-sizing: border-box }}
button {{ margin-top: .5rem }}
</style></head>
<body><main>
<h1>Cardly <small>(simulated: no card is charged)</small></h1>
<p class="sum">{amount} {currency}</p><p>{description}</p>
{rest}
</main></body></html>"""

FORM = """<form method="post">
<label>Name on the card<input name="holder" autocomplete="off" required value=""></label>
<label>Card<select name="card"><option value="visa">Visa ••1111</option>
<option value="mastercard">Mastercard ••4444</option></select></label>
<button name="act" value="pay">Pay {amount} {currency}</button>
<button name="act" value="decline" formnovalidate>Let the bank decline</button>
</form>"""
DECLINED = "<p><strong>Declined: {words}.</strong> You can try another card.</p>"
PAID = "<p><strong>Paid.</strong> Reference {reference}</p>"


def drawn(row: Row, escape: Callable[[str], str]) -> str:
    """Return the page of a charge as it stands."""
    told = {
        "amount": f"{Decimal(row.amount_minor).scaleb(-digits(row.currency)):,}",
        "currency": escape(row.currency),
        "description": escape(row.description),
        "words": escape(row.words),
        "reference": escape(row.reference),
    }
    rest = {"paid": PAID, "declined": DECLINED + FORM}.get(row.state, FORM)
    return PAGE.format(rest=rest.format(**told), **told)
