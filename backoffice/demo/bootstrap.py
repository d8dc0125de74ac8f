"""Makes the environment, then becomes what it was asked to run. Standard library only.

    python3 backoffice/demo/bootstrap.py [--dev] -m backoffice.demo run

The environment is .venv in the checkout, or a folder of the user's cache where the checkout cannot
be written. It holds exactly the locked packages, hash by hash, with byte-code; a stamp of the lock
tells that nothing is to be done. This file must be readable by old Pythons: it tells them so.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from backoffice.demo.progress import Step  # noqa: E402  the path comes first

OLDEST = (3, 11)
LOCKS = {"runtime": "requirements.txt", "dev": "requirements-dev.txt"}
NEEDED_BYTES = {"runtime": 700_000_000, "dev": 1_300_000_000}
NETWORK = re.compile(
    r"dns|connect|network|timed out|timeout|unreachable|resolve host", re.IGNORECASE
)


class SetupError(Exception):
    """The text is one sentence: what is wrong, and what to do."""


def newest_python() -> str | None:
    """A Python on the path that is new enough, if this one is not."""
    names = [f"python3.{minor}" for minor in range(16, OLDEST[1] - 1, -1)]
    return next((found for found in map(shutil.which, names) if found), None)


def need_python() -> None:
    """Go on in a newer Python, or say that one is needed."""
    if sys.version_info >= OLDEST:
        return
    newer = newest_python()
    if newer:
        os.execv(newer, [newer, *sys.argv])  # noqa: S606
    raise SetupError(
        f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}: install it, or name "
        "it with `make demo PYTHON=/path/to/python3.11`."
    )


def home() -> Path:
    """Where the environment is: in the checkout, else in the user's cache."""
    inside = ROOT / ".venv"
    if os.access(inside if inside.exists() else ROOT, os.W_OK):
        return inside
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return cache / "mt4-backoffice" / name / "venv"


def python_of(venv: Path) -> Path:
    """The environment's interpreter."""
    return venv / "bin" / "python"


def fingerprint(kind: str) -> str:
    """The lock's hash, and the Python that it was installed for."""
    text = (ROOT / LOCKS[kind]).read_bytes() + sys.version.encode()
    return hashlib.sha256(text).hexdigest()


def site_packages(venv: Path) -> Path:
    """Where the environment's packages are."""
    return venv / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"


def installed(venv: Path) -> int:
    """How many packages the environment holds."""
    return len(list(site_packages(venv).glob("*.dist-info")))


def is_ready(venv: Path, kind: str) -> bool:
    """True when the stamp fits: a developer's environment also serves to run."""
    try:
        stamp = json.loads((venv / "mt4bo-stamp.json").read_text())
        kinds = ["dev", "runtime"] if kind == "runtime" else ["dev"]
        known = any(stamp.get(one) == fingerprint(one) for one in kinds)
        return known and stamp["packages"] == installed(venv) and python_of(venv).exists()
    except (OSError, ValueError, KeyError):
        return False


def write_stamp(venv: Path, kind: str) -> None:
    """Say what is installed; written last."""
    stamp = {kind: fingerprint(kind), "packages": installed(venv)}
    (venv / "mt4bo-stamp.json").write_text(json.dumps(stamp) + "\n")


def follow(
    command: list[str], step: Step, env: dict[str, str], share: Callable[[str], float] | None = None
) -> str:
    """Run a program to its end while the bar moves; its output, or SetupError."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=env,
    ) as child:  # fmt: skip
        assert child.stdout is not None  # noqa: S101
        os.set_blocking(child.stdout.fileno(), False)
        heard = b""
        try:
            while child.poll() is None:
                heard += child.stdout.read() or b""
                step.show(share(heard.decode(errors="replace")) if share else None)
                time.sleep(0.1)
        except BaseException:
            child.kill()
            raise
        os.set_blocking(child.stdout.fileno(), True)
        heard += child.stdout.read() or b""
    output = heard.decode(errors="replace")
    if child.returncode != 0:
        raise SetupError(explain(command, output))
    return output


def explain(command: list[str], output: str) -> str:
    """One sentence for a set-up step that failed."""
    if "No space left on device" in output:
        return disk_full()
    if "ensurepip is not available" in output or "No module named ensurepip" in output:
        return (
            "Python cannot make an environment because its venv module is incomplete: install it "
            "(on Debian: apt install python3-venv)."
        )
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "no output")
    if "hash" in output.lower() and "mismatch" in output.lower():
        return f"A package is not the one that the lock file names, so nothing was used: {last}"
    if NETWORK.search(output):
        return f"The package index cannot be reached ({last}): check the network, then try again."
    what = Path(command[0]).name + " " + " ".join(command[1:4])
    return f"Setting up failed in `{what}`: {last.strip()}"


def disk_full() -> str:
    """The sentence for a full disk."""
    return f"The disk of {home().parent} is full: free about 1.5 GB, then try again."


def make_venv(venv: Path) -> None:
    """Make the environment anew."""
    if venv.exists():
        shutil.rmtree(venv)
    venv.parent.mkdir(parents=True, exist_ok=True)
    with Step("Making the Python environment", 4) as step:
        follow([sys.executable, "-m", "venv", str(venv)], step, clean_environment())


def works(venv: Path) -> bool:
    """Does the environment's interpreter run, with pip in it?"""
    python = python_of(venv)
    if not python.exists() or not (site_packages(venv) / "pip").is_dir():
        return False
    try:
        asked = subprocess.run([str(python), "-c", "pass"], check=False, capture_output=True)
    except OSError:
        return False
    return asked.returncode == 0


def clean_environment() -> dict[str, str]:
    """Our own environment, without what would lead Python, pip or uv elsewhere."""
    drop = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PIP_TARGET"}
    return {name: value for name, value in os.environ.items() if name not in drop}


def installer_environment(venv: Path) -> dict[str, str]:
    """For uv: this environment, and what pip was told here about index and certificate."""
    env = clean_environment()
    env.update(VIRTUAL_ENV=str(venv), UV_NO_PROGRESS="1", UV_NO_CONFIG="1", UV_LINK_MODE="copy")
    env.update(UV_PYTHON_DOWNLOADS="never")
    asked = subprocess.run(
        [str(python_of(venv)), "-m", "pip", "config", "list"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    setting = re.compile(r"^(?:global|:env:|user|site)\.([\w-]+)='(.*)'$", re.MULTILINE)
    told = dict(setting.findall(asked.stdout))
    for ours, theirs in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        if theirs in told and ours not in env:
            env[ours] = told[theirs]
    return env


def packages_in(lock: Path) -> int:
    """How many packages a lock names."""
    return len(re.findall(r"^[a-z0-9].*==", lock.read_text(), re.MULTILINE))


def install(venv: Path, kind: str) -> None:
    """Bring the environment to exactly what the lock names."""
    python, lock = str(python_of(venv)), ROOT / LOCKS[kind]
    env = installer_environment(venv)
    if not (venv / "bin" / "uv").exists():
        with Step("Fetching the installer (uv)", 3) as step:
            command = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
            follow([*command, str(ROOT / "requirements-setup.txt")], step, env)
    total, before = packages_in(lock), installed(venv)
    title = f"Installing {total} packages"

    def share(output: str) -> float:
        fetched = output.count("Downloaded ") / max(output.count("Downloading "), 1)
        arrived = max(installed(venv) - before, 0) / max(total - before, 1)
        clock = min(step.seconds / 45, 1.0)  # byte-code is written last, and takes the longest
        return min(0.15 * fetched + 0.25 * min(arrived, 1.0) + 0.6 * clock, 0.99)

    command = [str(venv / "bin" / "uv"), "pip", "sync", "--require-hashes", "--compile-bytecode"]
    with Step(title) as step:
        follow([*command, str(lock)], step, env, share)


def need_space(venv: Path, kind: str) -> None:
    """Say that the disk is too full before half of it is written."""
    if installed(venv) < 20 and shutil.disk_usage(venv.parent).free < NEEDED_BYTES[kind]:
        raise SetupError(disk_full())


def prepare(kind: str) -> Path:
    """Make sure of the environment; its folder."""
    venv = home()
    if is_ready(venv, kind):
        return venv
    venv.parent.mkdir(parents=True, exist_ok=True)
    turn = os.open(venv.parent, os.O_RDONLY)  # two at once take turns
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_ready(venv, kind):
            if not works(venv):
                need_space(venv, kind)
                make_venv(venv)
            need_space(venv, kind)
            (venv / "mt4bo-stamp.json").unlink(missing_ok=True)
            install(venv, kind)
            write_stamp(venv, kind)
    finally:
        os.close(turn)
    return venv


def main() -> None:
    """Prepare, then become the program that was asked for."""
    arguments = sys.argv[1:]
    kind = "dev" if arguments[:1] == ["--dev"] else "runtime"
    python = str(python_of(prepare(kind)))
    os.chdir(ROOT)
    env = dict(clean_environment(), PATH=os.path.dirname(python) + os.pathsep + os.environ["PATH"])
    os.execve(python, [python, *arguments[kind == "dev" :]], env)  # noqa: S606


def run() -> int:
    """The whole, with every failure in one sentence; the exit code."""
    try:
        need_python()
        main()
    except SetupError as problem:
        print(f"\n{problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped; the next start goes on from here.", file=sys.stderr)
        return 130
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        sentence = disk_full() if full else f"Setting up failed: {problem}"
        print(f"\n{sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(run())
