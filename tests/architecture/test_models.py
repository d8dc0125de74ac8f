"""Every table of ours is met by a test, and says whose its rows are."""

import re

import pytest

from backoffice.core.access import Scope
from tests.architecture.test_migrations import our_models
from tests.cluster import ROOT

TESTS = "\n".join(
    path.read_text("utf-8")
    for path in sorted((ROOT / "tests").rglob("*.py"))
    if "architecture" not in path.parts
)
#: Tables that no test needs to name, and why.
EXEMPT: dict[str, str] = {}
MODELS = {model._meta.label: model for model in our_models()}


@pytest.mark.parametrize("label", MODELS)
def test_a_model_is_met_by_a_test(label: str) -> None:
    name = label.rpartition(".")[2]
    is_met = re.search(rf"\b{name}\b", TESTS) is not None
    assert is_met != (label in EXEMPT), f"write a test of {label}, or say why it needs none"


@pytest.mark.parametrize("label", MODELS)
def test_a_scope_leads_to_fields_that_exist(label: str) -> None:
    scope = getattr(MODELS[label], "scope", None)
    if scope is None:
        return
    assert isinstance(scope, Scope)
    for path in (scope.client, scope.owner, scope.desk, scope.entity, scope.brand):
        if path is not None:
            MODELS[label]._default_manager.filter(
                **{f"{path}__isnull": True}
            ).query.sql_with_params()


def test_exempt_names_no_model_that_is_gone() -> None:
    assert set(EXEMPT) <= set(MODELS)
