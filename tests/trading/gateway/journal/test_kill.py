"""kill -9 at every call to the disk: what was sent is always in the journal that is found after."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories.agents import ROOT
from trading.gateway.agent.journal import Journal

CHILD = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from trading.gateway.agent.journal import Disk, Journal

class KillingDisk(Disk):
    def __init__(self, point, torn):
        self.left, self.torn = point, torn
    def _pass(self):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    def append(self, file, data):
        if self.left == 0:
            os.write(file, data[: len(data) * self.torn // 3])  # a part of it reached the file
        self._pass()
        super().append(file, data)
        self._pass()
    def sync(self, file):
        self._pass()
        super().sync(file)
        self._pass()
    def put_in_place(self, new, name):
        self._pass()
        super().put_in_place(new, name)
        self._pass()

folder, point, torn = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
now = datetime(2026, 3, 4, tzinfo=UTC)
journal = Journal(folder / "journal", now=now, disk=KillingDisk(point, torn))
for number in (1, 2, 3):
    journal.write_intent(
        marker=f"M{number}", attempt=1, login=7, digest="", connection=1, now=now)
    with open(folder / "sent", "a") as sent:  # the bytes leave
        sent.write(f"M{number} ")
    journal.write_closed(marker=f"M{number}", attempt=1, now=now)
    with open(folder / "closed", "a") as closed:
        closed.write(f"M{number} ")
"""


def words(file: Path) -> set[str]:
    return set(file.read_text().split()) if file.exists() else set()


@pytest.mark.processes
@pytest.mark.parametrize("torn", [0, 2])
def test_nothing_is_sent_that_the_journal_does_not_hold(tmp_path: Path, torn: int) -> None:
    kills = 0
    for point in range(60):
        folder = tmp_path / str(point)
        folder.mkdir()
        line = [sys.executable, "-c", CHILD, str(folder), str(point), str(torn)]
        ended = subprocess.run(line, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
        assert ended.returncode in (0, -signal.SIGKILL)
        journal = Journal(folder / "journal", now=datetime(2026, 3, 4, tzinfo=UTC))
        for marker in words(folder / "sent"):
            assert journal.attempts(marker)[1].sent
        for marker in words(folder / "closed"):
            assert journal.attempts(marker)[1].closed
        journal.release()
        if ended.returncode == 0:
            break
        kills += 1
    assert kills == 34  # header 8, the first opening 2, and six records of 4 calls each
