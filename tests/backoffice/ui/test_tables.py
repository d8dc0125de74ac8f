"""How a column reads its value off a record: attributes, keys, methods; never a related manager."""

from types import SimpleNamespace
from typing import Any

from backoffice.ui.tables import fetched


class Manager:
    """What stands at the end of a reverse relation: callable, and not to be called."""

    do_not_call_in_templates = True

    def __call__(self, *, manager: str) -> Any:
        raise AssertionError(manager)


def test_a_path_is_read_as_far_as_it_goes() -> None:
    record = SimpleNamespace(figures=SimpleNamespace(equity=5, told=lambda: "six"), at={"key": 7})
    assert fetched(record, "figures__equity") == 5
    assert fetched(record, "figures.told") == "six"
    assert fetched(record, "at__key") == 7
    assert fetched(record, "figures__nothing__more") is None
    assert fetched(SimpleNamespace(owner=None), "owner__full_name") is None


def test_a_related_manager_is_left_alone() -> None:
    manager = Manager()
    assert fetched(SimpleNamespace(checks=manager), "checks") is manager
