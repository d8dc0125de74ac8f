"""Figures: the server's writing, and the browser's, which must be the same."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.utils import formats, translation
from playwright._impl._driver import compute_driver_executable

from backoffice.ui import ages, figures

SCRIPT = Path(__file__).parents[3] / "static" / "js" / "figures.js"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
VALUES = (
    "0", "0.00", "-0.00", "-0.004", "0.005", "-0.005", "1", "-1", "12.3", "999.99", "999.995",
    "1000", "-1204.5", "12480.21", "1250000", "48000.00", "-9999999999999999.9999", "0.0001",
)  # fmt: skip
LEVELS = ("0", "0.04", "99.96", "184.23", "999.94", "999.96", "1000", "12345.67")
PRICES = (
    ("1.07842", 5),
    ("1.0784", 4),
    ("151.237", 3),
    ("1934.5", 2),
    ("17", 0),
    ("0.99999999", 5),
)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        ("12480.21", 2, "12,480.21"),
        ("1250000", 0, "1,250,000"),
        ("-1204.5", 2, "−1,204.50"),
        ("0.005", 2, "0.01"),
    ],
)
def test_plain_groups_thousands_and_uses_the_minus_sign(
    value: str, digits: int, shown: str
) -> None:
    assert figures.plain(Decimal(value), digits) == shown


@pytest.mark.parametrize(
    ("value", "shown", "css"),
    [("300", "+300.00", "profit"), ("-1204.5", "−1,204.50", "loss"), ("0", "0.00", "zero")],
)
def test_results_are_signed_and_zero_is_not(value: str, shown: str, css: str) -> None:
    assert figures.signed(Decimal(value)) == shown
    assert figures.sign(Decimal(value)) == css


def test_amounts_have_the_digits_of_their_currency() -> None:
    assert figures.amount(Decimal(1250000), "JPY") == "1,250,000"
    assert figures.amount(Decimal("1.5"), "BHD") == "1.500"
    assert figures.amount(None, "USD") == "—"


def test_level_has_one_decimal_up_to_a_thousand() -> None:
    assert figures.level(Decimal("184.23")) == "184.2\u202f%"
    assert figures.level(Decimal("1844.23")) == "1,844\u202f%"
    assert figures.level(Decimal(0)) == "—"


def test_pip_digits_stand_out() -> None:
    assert figures.pips(Decimal("1.07842"), 5) == ("1.07", "84", "2")
    assert figures.pips(Decimal("1.0784"), 4) == ("1.07", "84", "")
    assert figures.pips(Decimal("151.237"), 3) == ("151.", "23", "7")
    assert figures.pips(None, 5) == ("—", "", "")


def test_lots_come_from_hundredths() -> None:
    assert figures.lots(35) == "0.35"
    assert figures.lots(None) == "—"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0"), (59, "59"), (60, "1"), (3599, "59"), (7200, "2"), (172800, "2")],
)
def test_ages_stay_short(seconds: int, shown: str) -> None:
    text = figures.age(seconds)
    assert text.startswith(f"{shown}\u202f")
    assert len(text) <= 6


def test_counts_stop_at_the_cap() -> None:
    assert figures.counted(52) == "52"
    assert figures.counted(1000) == "1,000"
    assert figures.counted(1001) == "1,000+"


@pytest.mark.parametrize(
    ("passed", "live", "mirror"),
    [
        (2, "fresh", "fresh"),
        (3, "ageing", "fresh"),
        (11, "stale", "fresh"),
        (61, "stale", "ageing"),
    ],
)
def test_age_classes_follow_the_source(passed: int, live: str, mirror: str) -> None:
    at = NOW - timedelta(seconds=passed)
    assert ages.state(at, NOW, ages.LIVE) == live
    assert ages.state(at, NOW, ages.MIRROR) == mirror


def test_a_figure_without_a_moment_is_stale() -> None:
    assert ages.state(None, NOW) == "stale"
    assert ages.seconds(NOW + timedelta(seconds=5), NOW) == 0


def test_browser_writes_every_figure_as_the_server_does() -> None:
    node, _ = compute_driver_executable()  # Playwright brings its own
    calls = []
    for value in VALUES:
        number = Decimal(value)
        for digits in (0, 2, 3):
            calls.append(["plain", [value, digits], figures.plain(number, digits)])
            calls.append(["signed", [value, digits], figures.signed(number, digits)])
    calls += [["level", [value], figures.level(Decimal(value))] for value in LEVELS]
    calls += [
        ["pips", [value, digits], list(figures.pips(Decimal(value), digits))]
        for value, digits in PRICES
    ]
    program = (
        "globalThis.document={documentElement:{dataset:{}},getElementById:()=>null};"
        f"const told=await import({json.dumps(SCRIPT.as_uri())});"
        f"for(const [name,given,expected] of {json.dumps(calls)})"
        "{const got=told[name](...given);"
        "if(JSON.stringify(got)!==JSON.stringify(expected))"
        "console.log(name,JSON.stringify(given),'browser',JSON.stringify(got),'server',"
        "JSON.stringify(expected));}"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert len(calls) > 100


def test_numbers_are_grouped_as_django_groups_them() -> None:
    """The quick way to write a number says what Django's own formats say, in every language."""
    for language in ("en", "de", "fr", "ja", "hi"):
        with translation.override(language):
            for number in ("0", "-0.5", "1234567.505", "-9876543.21", "999.995"):
                exact = Decimal(number).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
                said = formats.number_format(
                    exact, decimal_pos=2, use_l10n=True, force_grouping=True
                )
                assert figures.plain(Decimal(number), 2) == said.replace("-", figures.MINUS)


@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_a_moment_in_full_is_written_as_django_writes_it(language: str) -> None:
    with translation.override(language):
        for month in range(1, 13):
            at = datetime(2026, month, 3, 4, 5, 6, tzinfo=UTC)
            assert figures.moment(at) == formats.date_format(at, "j M Y H:i:s")
