"""The table of verbs and engines with the contract tests that run on each: docs/verbs.md.

`python -m tests.trading.gateway.contract.table` writes it anew; test_table fails when it is stale.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.factories.engines import ENGINES
from trading.gateway import port, wire

HERE = Path(__file__).parent
PAGE = HERE.parents[3] / "docs" / "verbs.md"

HEAD = """# What MetaTrader can be asked and told

Every verb of the port (`trading/gateway/port.py`) goes the same way: remote client, sealed wire,
agent, engine. A contract test (`tests/trading/gateway/contract/`) runs on every engine of
`tests/factories/engines.py`, and fails if it does not call the verbs that it names. *Deadline* is
how long a call may take in all. Every command passes the send gate; which ones may be given again
is said in `port.py`.

This page is generated: `python -m tests.trading.gateway.contract.table`. A test fails when it is
stale.
"""
FOOT = """
How to see the other proofs about MetaTrader:
[how-to/see-the-proofs.md](how-to/see-the-proofs.md).

Server time is a part of `server_info`; change cursors are `accounts`, `trades` and
`daily_reports` with `since_stamp`; key snapshots are `logins` and `open_tickets`. An engine on
MetaQuotes' Manager API needs the broker's own library and is not a part of this table before it
runs these tests.
"""
FAMILIES = (
    ("Questions", port.Questions),
    ("Accounts", port.AccountCommands),
    ("Trades", port.TradeCommands),
    ("Money and attempts", port.Commands),
    ("Stream", port.Stream),
)


def proofs() -> dict[str, list[str]]:
    """Return the contract tests of each verb, by the verbs that their marks name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(HERE.glob("test_*.py")):
        for function in ast.parse(path.read_text()).body:
            if isinstance(function, ast.FunctionDef):
                for verb in _marked(function):
                    found[verb].append(f"`{path.stem}::{function.name}`")
    return dict(found)


def _marked(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.verbs":
            yield from (one.value for one in mark.args if isinstance(one, ast.Constant))


def families() -> Iterator[tuple[str, list[str]]]:
    """Yield each family of verbs with its own, in the order of the port."""
    listed: set[str] = set()
    for title, protocol in FAMILIES:
        verbs = [
            name
            for name, item in vars(protocol).items()
            if callable(item) and not name.startswith("_") and name not in listed
        ]
        listed |= set(verbs)
        yield title, verbs


def text() -> str:
    """Return the page."""
    found, parts = proofs(), [HEAD]
    engines = " | ".join(ENGINES)
    for title, verbs in families():
        parts.append(f"\n## {title}\n\n| verb | deadline | {engines} | tests |\n")
        parts.append("|---|---|" + "---:|" * len(ENGINES) + "---|\n")
        for verb in verbs:
            seconds = port.DEADLINE_SECONDS[wire.VERBS[verb].deadline] if verb in wire.VERBS else 0
            limit = f"{seconds} s" if seconds else "none"
            tests = found.get(verb, [])
            counts = " | ".join(str(len(tests)) for _ in ENGINES)
            parts.append(f"| `{verb}` | {limit} | {counts} | {'<br>'.join(tests)} |\n")
    return "".join([*parts, FOOT])


if __name__ == "__main__":
    PAGE.write_text(text())
