"""Writes a statement as a bank would: camt.053.001.08 or MT940, for playing and for tests. Pure."""

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from accounts.calc.bank.statement import Row, Statement

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def camt(*statements: Statement) -> bytes:
    """Return the statements as one camt.053 file."""
    body = "".join(_stmt(one) for one in statements)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{SPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{escape(statements[0].ident)}</MsgId></GrpHdr>{body}"
        "</BkToCstmrStmt></Document>\n"
    ).encode()


def mt940(*statements: Statement) -> bytes:
    """Return the statements as one MT940 file, its narrative in slash codes."""
    return "".join(_message(one) for one in statements).encode()


def _stmt(one: Statement) -> str:
    number = "" if one.sequence is None else _tag("ElctrncSeqNb", str(one.sequence))
    total = sum((abs(row.amount) for row in one.rows), Decimal(0))
    counted = _tag("NbOfNtries", str(len(one.rows))) + _tag("Sum", f"{total:f}")
    return (
        f"<Stmt>{_tag('Id', one.ident)}{number}"
        f"<Acct><Id>{_tag('IBAN', one.account)}</Id>{_tag('Ccy', one.currency)}</Acct>"
        f"{_balance('OPBD', one.opening, one.opened_on, one.currency)}"
        f"{_balance('CLBD', one.closing, one.closed_on, one.currency)}"
        f"<TxsSummry><TtlNtries>{counted}</TtlNtries></TxsSummry>"
        f"{''.join(_entry(row, one.currency) for row in one.rows)}</Stmt>\n"
    )


def _balance(code: str, amount: Decimal, day: date, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry>{_tag('Cd', code)}</CdOrPrtry></Tp>{_amount(amount, currency)}"
        f"<Dt>{_tag('Dt', day.isoformat())}</Dt></Bal>"
    )


def _entry(row: Row, currency: str) -> str:
    side = "Dbtr" if row.amount > 0 else "Cdtr"
    charges = f"<Chrgs><Rcrd>{_money(row.charges, currency)}</Rcrd></Chrgs>" if row.charges else ""
    reason = f"<RtrInf><Rsn>{_tag('Cd', row.returns)}</Rsn></RtrInf>" if row.returns else ""
    party = f"<{side}><Pty>{_tag('Nm', row.name)}</Pty></{side}>" if row.name else ""
    if row.account:
        party += f"<{side}Acct><Id>{_tag('IBAN', row.account)}</Id></{side}Acct>"
    return (
        f"<Ntry>{_amount(row.amount, currency)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt>{_tag('Dt', row.booked_on.isoformat())}</BookgDt>"
        f"<ValDt>{_tag('Dt', row.value_on.isoformat())}</ValDt>"
        f"{_tag('AcctSvcrRef', row.reference)}"
        f"<BkTxCd><Prtry>{_tag('Cd', row.code or 'NTRF')}</Prtry></BkTxCd>{charges}"
        f"<NtryDtls><TxDtls><Refs>{_tag('EndToEndId', row.end_to_end or 'NOTPROVIDED')}</Refs>"
        f"<RltdPties>{party}</RltdPties><RmtInf>{_tag('Ustrd', row.text)}</RmtInf>{reason}"
        f"</TxDtls></NtryDtls></Ntry>\n"
    )


def _amount(amount: Decimal, currency: str) -> str:
    return _money(abs(amount), currency) + _tag("CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")


def _money(amount: Decimal, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{amount:f}</Amt>'


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _message(one: Statement) -> str:
    number = one.sequence if one.sequence is not None else 0
    lines = [
        f":20:{one.ident[:16]}",
        f":25:{one.account}",
        f":28C:{number}/1",
        f":60F:{_plain_balance(one.opening, one.opened_on, one.currency)}",
    ]
    for row in one.rows:
        mark = "C" if row.amount > 0 else "D"
        lines.append(
            f":61:{row.value_on:%y%m%d}{row.booked_on:%m%d}{mark}{_comma(row.amount)}"
            f"NTRF{(row.end_to_end or 'NONREF')[:16]}//{row.reference[:16]}"
        )
        told = {"NAME": row.name, "IBAN": row.account, "REMI": row.text, "RTRN": row.returns}
        lines.append(":86:" + "".join(f"/{code}/{text}" for code, text in told.items() if text))
    lines.append(f":62F:{_plain_balance(one.closing, one.closed_on, one.currency)}")
    return "\r\n".join((*lines, "-", ""))


def _plain_balance(amount: Decimal, day: date, currency: str) -> str:
    return f"{'C' if amount >= 0 else 'D'}{day:%y%m%d}{currency}{_comma(amount)}"


def _comma(amount: Decimal) -> str:
    text = f"{abs(amount):f}".replace(".", ",")
    return text if "," in text else text + ","
