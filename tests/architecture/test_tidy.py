"""The tree is tidy: sizes, names, calls, shapes, markup. A failure names file, line and cure."""

import pytest

from tests.architecture.tidy import calls, markup, names, shapes, sizes
from tests.architecture.tidy.tree import CHECKOUT, Tree

RULES = [
    pytest.param(rule, id=f"{module.__name__.rpartition('.')[2]}-{rule.__name__}")
    for module in (sizes, names, calls, shapes, markup)
    for rule in module.RULES
]


@pytest.fixture(scope="module")
def tree() -> Tree:
    """This checkout."""
    return CHECKOUT


def test_there_is_something_to_look_at(tree: Tree) -> None:
    assert {file.parts[0] for file in tree.product} >= {"accounts", "backoffice", "crm", "trading"}
    assert tree.templates
    assert tree.static


@pytest.mark.parametrize("rule", RULES)
def test_tidy(tree: Tree, rule) -> None:  # type: ignore[no-untyped-def]
    found = sorted(set(rule(tree)))
    assert not found, "\n" + "\n".join(map(str, found))
