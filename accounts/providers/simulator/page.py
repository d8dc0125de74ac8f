"""The hosted page of the simulated provider: what the client sees and presses."""

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

from accounts.providers.simulator.store import Row
from backoffice.core.money import digits

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} · Cardly (simulated)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; --page: light-dark(#F4F6F8, #0E1114);
  --card: light-dark(#FFFFFF, #171B20); --text: light-dark(#16191D, #E8EBEF);
  --quiet: light-dark(#565F6B, #A8B0BB); --line: light-dark(#DCE0E5, #2C323A);
  --box: light-dark(#7A8392, #6E7787); --act: light-dark(#0F6B62, #6FD3C6);
  --on-act: light-dark(#FFFFFF, #06211E); --no: light-dark(#A81E2B, #F59393);
  --no-tint: light-dark(#FDE9EA, #33191C); --yes: light-dark(#17703B, #6CCB8F);
  --yes-tint: light-dark(#E5F4EA, #11281A); --test: light-dark(#7A4E00, #E5B64A);
  --test-tint: light-dark(#FFF2D3, #2B2411) }}
* {{ box-sizing: border-box }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem;
  background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif }}
main {{ width: min(25rem, 100%); border: 1px solid var(--line); border-radius: 12px;
  background: var(--card); overflow: hidden }}
header {{ display: flex; align-items: baseline; justify-content: space-between; gap: 1rem;
  padding: 1rem 1.5rem; border-bottom: 1px solid var(--line) }}
h1 {{ font-size: 1.0625rem; margin: 0 }}
h2 {{ font-size: .875rem; font-weight: 400; color: var(--quiet); margin: 0 }}
.test {{ padding: .5rem 1.5rem; background: var(--test-tint); color: var(--test);
  font-size: .8125rem; margin: 0 }}
section {{ padding: 1.25rem 1.5rem 1.5rem }}
.sum {{ font-size: 2rem; line-height: 1.25; font-weight: 600; margin: .125rem 0 .25rem;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere }}
.what {{ margin: 0 0 1.25rem; color: var(--quiet) }}
.said {{ padding: .625rem .875rem; border-radius: 8px; margin: 0 0 1.25rem }}
.no {{ background: var(--no-tint); color: var(--no) }}
.yes {{ background: var(--yes-tint); color: var(--yes); overflow-wrap: anywhere }}
label {{ display: block; margin: 0 0 1rem; font-size: .875rem; color: var(--quiet) }}
input, select {{ display: block; width: 100%; min-height: 44px; margin-top: .25rem;
  padding: .5rem .75rem; border: 1px solid var(--box); border-radius: 8px;
  background: var(--card); color: var(--text); font: inherit; font-size: 1rem }}
button, .button {{ display: block; width: 100%; min-height: 48px; padding: .625rem 1rem;
  border: 1px solid var(--box); border-radius: 8px; background: none; color: var(--text);
  font: inherit; text-align: center; text-decoration: none; cursor: pointer }}
button + button {{ margin-top: .625rem }}
.main {{ border-color: var(--act); background: var(--act); color: var(--on-act);
  font-weight: 600; font-variant-numeric: tabular-nums }}
:focus-visible {{ outline: 2px solid var(--act); outline-offset: 2px }}
</style></head>
<body><main>
<header><h1>Cardly</h1><h2>Payment page</h2></header>
<p class="test">Simulated provider: no card is charged.</p>
{body}
</main></body></html>"""

SUM = """<section><p class="sum">{amount} {currency}</p><p class="what">{description}</p>
{rest}</section>"""
FORM = """<form method="post">
<label>Name on the card<input name="holder" autocomplete="off" maxlength="160" required></label>
<label>Card<select name="card"><option value="visa">Visa ••1111</option>
<option value="mastercard">Mastercard ••4444</option></select></label>
<button class="main" name="act" value="pay">Pay {amount} {currency}</button>
<button name="act" value="decline" formnovalidate>Let the bank decline it</button>
</form>"""
DECLINED = """<p class="said no" role="alert"><strong>The bank declined: {words}.</strong>
Nothing was charged. Try another card.</p>"""
PAID = """<p class="said yes" role="status"><strong>Paid.</strong> Reference {reference}</p>{way}"""
WAY = """<a class="button" href="{url}">Back to the broker</a>"""
NOTHING = """<section><p class="sum">No such payment</p>
<p class="what">The address is wrong, or this provider was started anew. Nothing was charged: ask
the broker for a new link.</p></section>"""


def drawn(row: Row, escape: Callable[[str], str]) -> str:
    """Return the page of a charge as it stands."""
    way = ""
    if urlsplit(row.return_url).scheme in ("http", "https"):
        way = WAY.format(url=escape(row.return_url))
    told = {
        "amount": f"{Decimal(row.amount_minor).scaleb(-digits(row.currency)):,}",
        "currency": escape(row.currency),
        "description": escape(row.description),
        "words": escape(row.words),
        "reference": escape(row.reference),
        "way": way,
    }
    rest = {"paid": PAID, "declined": DECLINED + FORM}.get(row.state, FORM)
    title = {"paid": "Paid", "declined": "Declined"}.get(row.state, "Pay")
    return PAGE.format(title=title, body=SUM.format(rest=rest.format(**told), **told))


def nothing() -> str:
    """Return the page for an address under which no charge is known."""
    return PAGE.format(title="No such payment", body=NOTHING)
