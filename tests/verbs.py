"""What `make check` and `make test` run; each command is one you may also type.

python -m tests.verbs check        what a merge needs, without running the product
python -m tests.verbs test [...]   every test in parallel; more arguments go to pytest

`COVERAGE=1` lets `test` measure which lines and branches ran, at half as much time again.
`CHECKED=1` says that `check` has just been run on this very tree: `test` leaves its laws out.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["backoffice", "crm", "trading", "accounts"]
PRODUCTION = {  # made up: enough for Django to judge the production settings
    "DJANGO_SETTINGS_MODULE": "backoffice.settings.prod",
    "ENVIRONMENT": "production",
    "SECRET_KEY": "".join(chr(33 + (7 * place) % 90) for place in range(64)),
    "DATABASE_URL": "postgresql://mt4bo_app@database.invalid/mt4bo",
    "REDIS_URL": "redis://redis.invalid:6379/0",
    "LIVE_URL": "wss://broker.invalid/ws/",
    "SITE_URL": "https://broker.invalid",
    "ALLOWED_HOSTS": "broker.invalid",
    "MT4_AGENT_KEYS": "",
}
LAWS = "tests/architecture"
#: One more than the two cores that we count with: a test that waits for a browser or a process
#: leaves its core to the others.
PARALLEL = ["-n", "3", "--dist", "loadgroup"]
TESTS = {"DJANGO_SETTINGS_MODULE": "backoffice.settings.test", "PYTHONWARNINGS": "ignore"}


def program(name: str) -> str:
    """A console program of this environment."""
    return str(Path(sys.executable).with_name(name))


def checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """Every check: its name, its command, what its environment adds."""
    python = sys.executable
    migrations = [python, "manage.py", "makemigrations", "--check", "--dry-run"]
    deploy = [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    laws = [python, "-m", "pytest", "-q", *PARALLEL, LAWS]
    return [
        ("style", [program("ruff"), "check", "--quiet", "."], {}),
        ("format", [program("ruff"), "format", "--check", "--quiet", "."], {}),
        ("imports", [program("lint-imports"), "--no-cache"], {}),
        ("templates", [program("djlint"), "--quiet", "--lint", "templates"], {}),
        ("types", [python, "-m", "mypy", *PACKAGES], {}),
        ("deployment", deploy, PRODUCTION),
        ("migrations", migrations, TESTS),
        ("architecture", laws, {}),
    ]


def say(text: str) -> None:
    """Write to the terminal at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def outcome(
    command: list[str], more: dict[str, str]
) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run one check; what it said, and its seconds."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True, check=False
    )
    return done, time.monotonic() - start


def check() -> int:
    """Run every check to its end, two side by side; 1 when one said no."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = [(name, pool.submit(outcome, *what)) for name, *what in checks()]
        for name, one in running:
            done, seconds = one.result()
            say(f"  {name:14}{'ok' if done.returncode == 0 else 'NOT OK':8}{seconds:6.1f} s\n")
            if done.returncode != 0:
                failed.append(name)
                say(f"\n{done.stdout}{done.stderr}\n")
    say(f"make check: {', '.join(failed)} failed\n" if failed else "make check: all is well\n")
    return 1 if failed else 0


def test(more: list[str]) -> int:
    """Run every test side by side; pytest's closing lines, and the coverage, come last."""
    command = [sys.executable, "-m", "pytest", "-q", *PARALLEL]
    if os.environ.get("COVERAGE") == "1":
        command += ["--cov", "--cov-report=term:skip-covered"]
    if os.environ.get("CHECKED") == "1":
        command += ["--ignore", LAWS]
    return subprocess.run([*command, *more], cwd=ROOT, check=False).returncode


def main(arguments: list[str]) -> int:
    """The verb asked for; its exit code."""
    verb, *more = arguments
    return check() if verb == "check" else test(more)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
