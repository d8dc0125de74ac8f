"""The demo's story says what people have to know: a broker without withdrawals is no good demo."""

from pathlib import Path

import pytest

from backoffice.demo.__main__ import how_far, warnings
from backoffice.demo.broker import Broker
from backoffice.demo.story.__main__ import warn
from backoffice.demo.story.payments import Office, Till
from tests.factories.payments import a_till


@pytest.mark.django_db
def test_fewer_than_half_of_the_withdrawals_are_said_with_their_reason() -> None:
    """Figures that come late on a busy machine, or no client with money at all."""
    ours = a_till()
    office = Office(
        support=ours.asker, back_office=ours.approver, colleague=ours.asker,
        compliance=ours.second, finance=ours.cashier, second_finance=ours.cashier,
    )  # fmt: skip
    till = Till(broker=Broker(), office=office, server_id=1, metatrader=Path("/nowhere"))
    till._accounts = []
    ours.account.__class__.objects.update(balance=0)

    words = till.fill(lambda share: None)

    assert words.startswith("Only 0 of 4")
    assert "No client has money that could be withdrawn now" in words
    assert "start over" in words


def test_what_the_story_warns_of_is_read_out_of_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each once, after what an earlier start wrote there; how far it is stays a matter apart."""
    warn("")
    warn("Only 3 of 40.")
    said = capsys.readouterr().out
    log = tmp_path / "preparing.log"
    log.write_text("!of yesterday\n")
    began = log.stat().st_size
    log.write_text(f"!of yesterday\n@700 withdrawals\n{said}{said}plain\n")

    assert warnings(log, began) == ["Only 3 of 40."]
    assert how_far(log, began) == (0.7, "withdrawals")
