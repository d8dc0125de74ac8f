"""A settlement file is read whole and right, or refused with one sentence."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.calc.settlement import forms, reading, writing
from accounts.calc.settlement.forms import Form, form_of, rules_of
from accounts.calc.settlement.statement import BadSettlement, Line, Settlement
from accounts.terms.settlement import LineKind

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES = (
    Line(number=3, kind=LineKind.CAPTURE, reference="pi_1", about="ch_1", at=AT,
         amount=Decimal("100.00"), fee=Decimal("1.45"), reserve=Decimal("5.00")),
    Line(number=4, kind=LineKind.REFUND, reference="re_1", at=AT, amount=Decimal("20.00")),
    Line(number=5, kind=LineKind.FEE, reference="fee_1", at=AT, fee=Decimal("9.00")),
    Line(number=6, kind=LineKind.CORRECTION, reference="pi_0", at=AT, amount=Decimal("-3.00")),
)  # fmt: skip
WHOLE = Settlement(number="S-1", provider="cardly", currency="USD", since=AT, until=AT, lines=LINES)
FILE = writing.csv_of(WHOLE).decode()


def why(text: str | bytes, form: Form | None = None) -> str:
    """Why a file is refused."""
    body = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadSettlement) as no:
        reading.read(body, form or Form())
    return str(no.value)


def test_what_is_written_is_read() -> None:
    assert reading.read(FILE.encode(), Form()) == WHOLE
    assert WHOLE.net == Decimal("61.55")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("61.55", "61.54", "its lines sum to 61.55"),
        ("93.55", "93.56", "says that 93.56 are left"),
        ("total,S-1,4", "total,S-1,5", "says that it has 5 lines and has 4"),
        ("total,S-1,4", "total,S-2,4", "two files were mixed"),
        ("total,", "tutal,", "no total: the file is cut"),
        ("head,", "hed,", "first line is no head"),
        ("capture,", "sale,", "“sale” is no kind"),
        ("100.00", "1e2", "“1e2” is no amount"),
        ("100.00", "NaN", "“NaN” is no amount"),
        ("100.00", "-100.00", "only a correction has a sign"),
        ("1.45", "-1.45", "what is kept has no sign"),
        ("refund,re_1,,2026-03-01T12:00:00+00:00,USD", "refund,re_1,,2026-03-01T12:00:00+00:00,EUR",
         "one file, one currency"),
        ("refund,re_1,,2026-03-01T12:00:00+00:00", "refund,re_1,,yesterday", "is no time"),
        ("refund,re_1", "refund,", "is no reference"),
        ("kind,reference", "kind,ref", "missing: reference"),
        ("reserve,net", "reserve,net,tax", "Unknown or doubled column: tax."),
        ("reserve,net", "reserve,net,,a,b,c,d,e,f", "column: “”, a, b, c, d, …."),
        ("fee_1,,", "fee_1,,,", "has 10 cells"),
        ("9.00,0,-9.00", "9.001,0,-9.001", "more digits than USD"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(old: str, new: str, words: str) -> None:
    assert old in FILE
    assert words in why(FILE.replace(old, new))


def test_what_is_no_file_is_refused() -> None:
    assert "not empty" in why(b"")
    assert "UTF-8" in why(b"kind\xff\xfe\n")
    assert "quotation mark" in why(FILE.replace("capture", '"capture'))
    assert "no line" in why("\n".join(FILE.splitlines()[:1]))
    assert "Between head and total" in why(
        "kind,reference,about,time,currency,amount,fee,reserve,net\n"
        "head,S,cardly,2026-03-01,USD,,,,\ntotal,S,0,2026-03-02,USD,,,,0\n"
    )


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"columns": {"kind": "T"}}, "missing"),
        ({"columns": {"kynd": "T"}}, "unknown"),
        ({"kinds": {"SALE": "capture"}}, "which line is the total"),
        ({"zone": "Mars/Base"}, "no such time zone"),
        ({"separator": "|"}, "separator"),
        ("nothing", "no object"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(mapping: object, words: str) -> None:
    with pytest.raises(BadSettlement) as no:
        form_of(rules_of({"formats": {"acme": mapping}}), "acme")
    assert words in str(no.value)


def test_minor_units_and_signs_are_read_as_the_mapping_says() -> None:
    form = Form(signed=True, minor=True, has_head=False)
    body = (
        ",".join(forms.COLUMNS) + "\n"
        "refund,re_1,,2026-03-01,USD,-2000,,,-2000\n"
        "total,S-9,,2026-03-02,USD,,,,-2000\n"
    )
    found = reading.read(body.encode(), form)
    assert (found.number, found.lines[0].amount, found.net) == ("S-9", Decimal(20), Decimal(-20))
    assert "wrong sign" in why(body.replace("-2000,,,-2000", "2000,,,-2000"), form)
