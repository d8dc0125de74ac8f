"""The set-up: when it has nothing to do, and what it says when it cannot go on."""

import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.demo import bootstrap


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A folder that looks like an environment with two packages."""
    for name in ("django", "redis"):
        (bootstrap.site_packages(tmp_path) / f"{name}-1.dist-info").mkdir(parents=True)
    python = bootstrap.python_of(tmp_path)
    python.parent.mkdir()
    python.touch()
    return tmp_path


def test_the_stamp_of_the_lock_says_that_nothing_is_to_do(venv: Path) -> None:
    """A developer's environment also serves the demo, but not the other way round."""
    assert not bootstrap.is_ready(venv, "runtime")
    bootstrap.write_stamp(venv, "runtime")
    assert bootstrap.is_ready(venv, "runtime")
    assert not bootstrap.is_ready(venv, "dev")
    bootstrap.write_stamp(venv, "dev")
    assert bootstrap.is_ready(venv, "dev")
    assert bootstrap.is_ready(venv, "runtime")


def test_a_missing_package_breaks_the_stamp(venv: Path) -> None:
    """What somebody deleted is installed again."""
    bootstrap.write_stamp(venv, "dev")
    (bootstrap.site_packages(venv) / "redis-1.dist-info").rmdir()
    assert not bootstrap.is_ready(venv, "dev")


def test_a_broken_stamp_is_no_stamp(venv: Path) -> None:
    """Half a file counts as none."""
    (venv / "mt4bo-stamp.json").write_text('{"dev": ')
    assert not bootstrap.is_ready(venv, "dev")


def test_an_interpreter_that_does_not_run_is_noticed(venv: Path) -> None:
    """The environment of a Python that was removed is made anew."""
    (bootstrap.site_packages(venv) / "pip").mkdir()
    assert not bootstrap.works(venv)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("Error: ensurepip is not available.", "apt install python3-venv"),
        ("error: No space left on device (os error 28)", "is full: free about"),
        ("error: dns error: failed to lookup address", "index cannot be reached"),
        ("error: Hash mismatch for `redis`", "not the one that the lock file names"),
        ("error: something else", "Setting up failed in `uv pip sync`: error: something else"),
    ],
)
def test_a_failed_step_is_one_sentence(output: str, sentence: str) -> None:
    """It names the thing and, where there is one, the remedy."""
    said = bootstrap.explain(["/venv/bin/uv", "pip", "sync"], output)
    assert sentence in said
    assert "\n" not in said


def test_an_old_python_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no newer one is on the path either."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    monkeypatch.setattr(bootstrap, "newest_python", lambda: None)
    with pytest.raises(bootstrap.SetupError, match=r"Python 3\.11 or newer is needed"):
        bootstrap.need_python()


def test_it_runs_by_its_path_without_the_environment() -> None:
    """Standard library only: isolated, without site packages, it still loads."""
    script = Path(bootstrap.__file__)
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import runpy; runpy.run_path({str(script)!r})"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
