"""Permissions register themselves under names that can be read."""

import pytest

from backoffice.core import permissions
from backoffice.core.permissions import Permission


@pytest.fixture
def register(monkeypatch):
    monkeypatch.setattr(permissions, "_register", {})


@pytest.mark.usefixtures("register")
def test_a_permission_registers_itself():
    weigh = Permission("probe.thing.weigh", "Weigh things")
    assert Permission("probe.thing.weigh", "Weigh things") == weigh
    drop = Permission("probe.thing.drop", "Drop things")
    assert permissions.all() == (drop, weigh)
    assert permissions.registered() == {"probe.thing.drop": drop, "probe.thing.weigh": weigh}
    assert str(weigh) == "probe.thing.weigh"


@pytest.mark.usefixtures("register")
def test_one_name_has_one_meaning():
    Permission("probe.thing.weigh", "Weigh things")
    with pytest.raises(ValueError, match="Two permissions"):
        Permission("probe.thing.weigh", "Eat things")


@pytest.mark.parametrize("code", ["", "weigh", "probe.weigh", "probe.thing.weigh.twice", "A.b.c"])
def test_a_name_has_three_parts(code):
    with pytest.raises(ValueError, match="no permission name"):
        Permission(code, "")
