"""The command: what it prints last, its codes, and what it says of files that are none."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories.statements import CLOSED, DEPOSIT, HEAD, own
from trading.calc.certification.printed import LABELS

EXACT = CLOSED.replace("2026.01.06", "2026.01.05").replace("-0.55", "0.00")


def said(*arguments: object) -> list[str]:
    """The lines that the command prints."""
    out = StringIO()
    call_command("mt4_certify", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_the_last_line_counts_all_files(tmp_path: Path) -> None:
    one = tmp_path / "one.csv"
    one.write_text(f"{HEAD}\n{DEPOSIT}\n{EXACT}\n")
    other = tmp_path / "other.csv"
    other.write_text(f"{HEAD}\n{EXACT.replace(',12,', ',13,')}\n")
    lines = said(one, other)
    assert lines[0] == "one.csv: 2 rows, USD (inferred), leverage not printed"
    assert lines[-1] == "exact/total 4/4"


def test_a_difference_is_code_1(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEAD}\n{EXACT}\n{EXACT.replace(',12,', ',13,').replace('10.00', '10.50')}\n")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("mt4_certify", str(path), "--currency", "usd", stdout=out)
    assert ended.value.code == 1
    lines = out.getvalue().splitlines()
    assert "  profit of closed trades DIFFERS at eurusd #13: printed 10.50, ours 10.00" in lines
    assert lines[-1] == "exact/total 3/4"


def test_facts_say_what_is_not_printed(tmp_path: Path) -> None:
    statement, facts = own(tmp_path, DEPOSIT, EXACT)
    lines = said(statement, "--facts", facts)
    assert lines[0] == "own.csv: 2 rows, USD, leverage 1:100"
    assert any("100,000 " in line and "*" not in line for line in lines if "eurusd" in line)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("own.txt", "x", "own.txt is neither .htm, .html nor .csv"),
        ("own.csv", "a,b\n", "own.csv is not a statement"),
        ("own.htm", "<html></html>", "own.htm is not a MetaTrader statement"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(CommandError, match=sentence) as refused:
        said(path)
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ("[", "summaries.json is not JSON"),
        ("[]", "summaries.json is no object of file names"),
        ('{"own.csv": 1}', "an object of printed labels is expected"),
        ('{"own.csv": {}}', "“Deposit/Withdrawal” is missing"),
    ],
)
def test_broken_figures_beside_a_file_are_one_sentence(
    tmp_path: Path, figures: str, sentence: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEAD}\n{EXACT}\n")
    (tmp_path / "summaries.json").write_text(figures)
    with pytest.raises(CommandError, match=sentence):
        said(path)


def test_a_figure_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEAD}\n{EXACT}\n")
    for wrong in ("x", "NaN"):
        told = {"own.csv": {**dict.fromkeys(LABELS, "0"), "Margin": wrong}}
        (tmp_path / "summaries.json").write_text(json.dumps(told))
        with pytest.raises(CommandError, match=f"Margin: “{wrong}” is not a number"):
            said(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_old_terminals_write_their_code_page(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(f"{HEAD}\n{DEPOSIT.replace('first', 'Взнос')}\n{EXACT}\n".encode(encoding))
    assert said(path)[-1] == "exact/total 2/2"


@pytest.mark.shared_data
def test_shared_statements(shared_data: Path) -> None:
    files = sorted((shared_data / "statements").glob("0*.csv"))
    assert len(files) == 4
    assert said(*files)[-1] == "exact/total 9663/9663"
    [html] = (shared_data / "statements").glob("04_*.htm")
    assert said(html)[-1] == "exact/total 571/571"
