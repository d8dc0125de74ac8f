"""What these tests share: reactions that start deaf, and a bell that is ready."""

from collections.abc import Iterator

import pytest

from backoffice.core.outbox import bell
from tests.backoffice.core import probes


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    probes.heard.clear()
    probes.answers.clear()
    yield
    probes.heard.clear()
    probes.answers.clear()
