"""What nothing may be called, and which folders stand at the top."""

from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tidy.tree import Finding, Tree

BANNED = frozenset(
    (
        *("utils", "util", "helpers", "helper", "misc", "common", "shared", "lib", "tools", "base"),
        *("manager", "managers", "services", "selectors", "views", "functions", "constants"),
        *("types", "mixins", "decorators", "handlers"),
    )
)
BANNED_IN_TEMPLATES = frozenset(("inc", "partials", "snippets", "htmx"))
#: `base` is a lawful name here.
BASE_ALLOWED = ("templates", "static")
BASE_FILES = ("backoffice/settings/base.py",)
TOP_FOLDERS = frozenset(
    (
        *("backoffice", "crm", "trading", "accounts", "reports", "templates", "static", "tests"),
        *("docs", ".ci", ".git"),
    )
)


def words(tree: Tree) -> Iterator[Finding]:
    """Files and folders whose name says nothing."""
    for file in tree.files:
        banned = BANNED | BANNED_IN_TEMPLATES if file.parts[0] == "templates" else BANNED
        for part in (*file.parts[:-1], file.stem):
            if part.lstrip("_") not in banned or _is_lawful(file.path, part):
                continue
            yield file.finding(1, f"“{part}” says nothing", "name what it does in the business")


def _is_lawful(path: str, part: str) -> bool:
    return part == "base" and (path.split("/")[0] in BASE_ALLOWED or path in BASE_FILES)


def top(tree: Tree) -> Iterator[Finding]:
    """Folders at the top that are none of ours; what Git ignores is passed over."""
    ignored = _ignored(tree.root)
    for path in sorted(tree.root.iterdir()):
        if path.is_dir() and path.name not in TOP_FOLDERS | ignored and any(path.iterdir()):
            yield Finding(path.name, 1, "a new folder at the top", "put it into one of the rooms")


def _ignored(root: Path) -> frozenset[str]:
    path = root / ".gitignore"
    lines = path.read_text("utf-8").split() if path.exists() else []
    return frozenset(line.strip("/") for line in lines)


RULES = (words, top)
