"""The tree as the tidy rules see it: every file of ours, parsed once, and what a rule finds."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.cluster import ROOT

APPS = ("backoffice", "crm", "trading", "accounts", "reports")
FOLDERS = (*APPS, "templates", "static", "tests", "docs")
#: A door translates in, calls once, translates out. `admin` is a door too, with room of its own.
DOOR_FOLDERS = ("pages", "portal", "api", "sockets", "management")
DOOR_MODULES = ("sockets", "tasks")


@dataclass(frozen=True, order=True)
class Finding:
    """One breach of the rules: where, what, and how it is cured."""

    path: str
    line: int
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} → {self.cure}"


@dataclass(frozen=True)
class File:
    """One file of the tree, by its path from the root."""

    root: Path
    path: str

    @cached_property
    def text(self) -> str:
        """What the file holds."""
        return (self.root / self.path).read_text("utf-8")

    @cached_property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())

    @cached_property
    def code(self) -> ast.Module:
        """The file as Python."""
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of its code, in the order of `ast.walk`, but for what says load or store."""
        return tuple(n for n in ast.walk(self.code) if not isinstance(n, ast.expr_context))

    @property
    def parts(self) -> tuple[str, ...]:
        """The steps of its path."""
        return Path(self.path).parts

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return Path(self.path).stem

    @property
    def is_product(self) -> bool:
        """Whether it is Python that is delivered, migrations apart."""
        return self.path.endswith(".py") and self.parts[0] in APPS and not self.is_migration

    @property
    def is_migration(self) -> bool:
        """Whether Django wrote it, at least at first."""
        return "migrations" in self.parts

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the tests."""
        return self.parts[0] == "tests"

    @property
    def is_door(self) -> bool:
        """Whether people, machines or the clock come in here (admin apart)."""
        inside = self.parts[:-1]
        by_folder = any(folder in inside for folder in DOOR_FOLDERS)
        return self.is_product and (by_folder or self.stem in DOOR_MODULES)

    def stands_in(self, *folders: str) -> bool:
        """Whether one of its folders has one of these names."""
        return any(folder in self.parts[:-1] for folder in folders)

    def finding(self, line: int, what: str, cure: str) -> Finding:
        """A breach in this file."""
        return Finding(self.path, line, what, cure)


@dataclass(frozen=True)
class Tree:
    """A checkout of the project, or a piece of one."""

    root: Path

    @cached_property
    def files(self) -> tuple[File, ...]:
        """Every file of ours, sorted by path; what Git does not keep is passed over."""
        return tuple(sorted(self._walk(), key=lambda file: file.path))

    def _walk(self) -> Iterator[File]:
        for name in FOLDERS:
            for path in (self.root / name).rglob("*"):
                if path.is_file() and not _is_passing(path.relative_to(self.root)):
                    yield File(self.root, path.relative_to(self.root).as_posix())
        for path in self.root.glob("*.py"):
            yield File(self.root, path.name)

    @cached_property
    def python(self) -> tuple[File, ...]:
        """Python of product and tests, migrations apart."""
        return tuple(f for f in self.files if f.path.endswith(".py") and not f.is_migration)

    @cached_property
    def product(self) -> tuple[File, ...]:
        """Python that is delivered, migrations apart."""
        return tuple(file for file in self.files if file.is_product)

    @cached_property
    def templates(self) -> tuple[File, ...]:
        """The templates."""
        return tuple(file for file in self.files if file.path.startswith("templates/"))

    @cached_property
    def static(self) -> tuple[File, ...]:
        """Styles, scripts and drawings."""
        return tuple(file for file in self.files if file.path.startswith("static/"))


#: This checkout, read and parsed once for all laws that look at it.
CHECKOUT = Tree(ROOT)


def _is_passing(path: Path) -> bool:
    """Whether a file comes and goes with a run: caches, byte code."""
    return path.suffix == ".pyc" or any(
        part == "__pycache__" or part.startswith(".") for part in path.parts
    )


def functions(file: File) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names; a link that is no name becomes empty."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
