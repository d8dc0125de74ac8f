"""The engines that every contract test runs on, and the check that a test calls what it names."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.factories.agents import a_passage
from tests.factories.dealer import Dealer
from tests.factories.engines import ENGINES, Bench
from trading.gateway.port import NewAccount
from trading.terms import Passage

_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """One engine, kept for all contract tests of this worker."""
    with ENGINES[request.param]() as bench:
        yield bench


@pytest.fixture
def bench(engine: Bench, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The engine of a test that names its verbs; it fails if the test did not call them."""
    mark = request.node.get_closest_marker("verbs")
    assert mark, "a contract test names the verbs that it proves: @pytest.mark.verbs(…)"
    engine.gateway.called.clear()
    yield engine
    assert set(mark.args) <= engine.gateway.called, "it did not call the verbs that it names"


@pytest.fixture
def passage() -> Callable[[], Passage]:
    """A way to get passages, each with a marker of its own."""
    return lambda: a_passage(f"BO:T{next(_numbers):07d}")


@pytest.fixture
def login(bench: Bench, passage: Callable[[], Passage]) -> int:
    """A new account in dollars, without money."""
    group = next(one.name for one in bench.gateway.groups() if one.currency == "USD")
    wanted = NewAccount(
        group=group, name="Ada Example", leverage=100,
        password="Secret1", investor_password="Secret2", email="ada@example.com",
    )  # fmt: skip
    done = bench.gateway.open_account(passage=passage(), account=wanted)
    return int(done.login)


@pytest.fixture
def dealer(bench: Bench, passage: Callable[[], Passage], login: int) -> Dealer:
    """An account with 5,000.00."""
    return Dealer(bench, passage, login)
