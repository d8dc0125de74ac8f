"""The evidence of a case as one file: what the client paid, traded, got, and what we know of them.

Plain HTML and CSV in a ZIP, so that it opens everywhere and uploads to any provider's portal.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Deposit, Dispute, Payment
from accounts.models.wording import money as worded
from backoffice.core import records
from backoffice.ui.drawing import export
from crm.queries import known
from trading.queries import deals

MOST = 5000
FIRST_PAGE = "index"
#: The file's own moment inside the archive: the same facts make the same bytes.
STILL = (1980, 1, 1, 0, 0, 0)
Table = tuple[str, Sequence[str], list[Sequence[Any]]]


def pack_of(dispute: Dispute, user: Any, *, now: datetime) -> bytes:
    """Return the archive; the user sees only what their reach allows, so does the file."""
    tables = [_deposits(dispute), _withdrawals(dispute), _trades(dispute, user), _events(dispute)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, f"{FIRST_PAGE}.html", _page(dispute, tables, now))
        for name, heads, rows in tables:
            _write(archive, f"{name}.csv", export.document(heads, rows))
    return out.getvalue()


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, STILL), text)


def _deposits(dispute: Dispute) -> Table:
    rows = Deposit.objects.filter(client_id=dispute.client_id, received_at__isnull=False)
    heads = (
        "deposit",
        "received (UTC)",
        "amount",
        "currency",
        "method",
        "payer",
        "holder",
        "state",
    )
    told = rows.select_related("method").order_by("id")[:MOST]
    return (
        "deposits",
        heads,
        [
            (
                str(one),
                one.received_at,
                one.received_amount,
                one.received_currency,
                one.method.name,
                one.payer_label,
                one.payer_holder,
                str(one.state),
            )
            for one in told
        ],
    )


def _withdrawals(dispute: Dispute) -> Table:
    rows = Payment.objects.filter(client_id=dispute.client_id).select_related("method")
    heads = ("withdrawal", "asked (UTC)", "amount", "currency", "method", "state")
    return (
        "withdrawals",
        heads,
        [
            (str(one), one.requested_at, one.amount, one.currency, one.method.name, str(one.state))
            for one in rows.order_by("id")[:MOST]
        ],
    )


def _trades(dispute: Dispute, user: Any) -> Table:
    rows = deals.list_deals_for(user, dispute.account_id)[:MOST]
    heads = ("ticket", "opened (UTC)", "closed (UTC)", "symbol", "lots x 100", "profit", "currency")
    return (
        "trades",
        heads,
        [
            (
                one.ticket,
                one.opened_at,
                one.closed_at,
                one.symbol,
                one.volume_hundredths,
                one.profit,
                one.currency,
            )
            for one in rows
        ],
    )


def _events(dispute: Dispute) -> Table:
    """What happened to the client here: sign-ins to the client's area, KYC, requests."""
    views = records.for_subject("client", dispute.client_id, limit=MOST)
    return (
        "events",
        ("at (UTC)", "what"),
        [(one.at, one.told_by(str(one.actor))) for one in views],
    )


def _page(dispute: Dispute, tables: Iterable[Table], now: datetime) -> str:
    client = known.get_client(dispute.client_id)
    deposit = dispute.deposit
    facts = [
        (_("Case"), f"{dispute} · {dispute.reference or '—'} · {dispute.reason_code or '—'}"),
        (_("Disputed"), worded(dispute.amount, dispute.currency)),
        (_("Deposit"), f"{deposit} · {deposit.provider_reference}"),
        (_("Card"), f"{deposit.payer_label} · {deposit.payer_holder}"),
        (_("Client"), client.full_name if client is not None else "—"),
        (_("KYC level"), str(client.kyc_level) if client is not None else "—"),
        (_("Credited in MetaTrader"), f"{dispute.account.login} · #{deposit.ticket}"),
        (_("Made"), f"{now:%Y-%m-%d %H:%M} UTC"),
    ]
    lines = "".join(f"<dt>{escape(word)}</dt><dd>{escape(value)}</dd>" for word, value in facts)
    parts = "".join(_drawn(*table) for table in tables)
    title = escape(_("Evidence of case %(case)s") % {"case": dispute})
    head = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
    )
    return f"{head}<body><h1>{title}</h1><dl>{lines}</dl>{parts}</body></html>"


def _drawn(name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return f"<h2>{escape(name)}</h2><p>{escape(_('Nothing is known.'))}</p>"
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(export.cell(value))}</td>" for value in row) + "</tr>"
        for row in rows
    )
    return f"<h2>{escape(name)}</h2><table><tr>{head}</tr>{body}</table>"
