"""How large things may be: modules, functions, parameters, folders, templates, styles, scripts."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.tidy.tree import File, Finding, Tree, functions

MODULE = 400
TEST_MODULE = 600
FUNCTION = 70
DOOR_FUNCTION = 15
PARAMETERS = 7
MODULES_IN_A_FOLDER = 15
PAGE = 150
FRAGMENT = 60
STYLE_OR_SCRIPT = 300

#: What may be longer than its limit, with its lines now. It only shrinks: an entry that is shorter
#: today, or no longer needed, fails until the number is lowered or the entry taken out.
LONG_ALLOWED: dict[str, int] = {
    # One file that an auditor runs without anything of ours.
    "backoffice/audit/calc/verify_bundle.py": 521,
}

#: Functions with more parameters than the limit, by name, below one folder, and why.
MANY_ALLOWED: dict[tuple[str, str], str] = {
    ("trading/gateway/", "open_trade"): "a MetaTrader order has these fields, all by name",
    ("trading/gateway/", "modify_trade"): "a MetaTrader order has these fields, all by name",
}


def limit_of(file: File) -> tuple[int, str] | None:
    """Return how many lines a file may have and what it is called, or None."""
    suffix = Path(file.path).suffix
    if suffix == ".py":
        return (TEST_MODULE, "test module") if file.is_test else (MODULE, "module")
    if suffix in (".css", ".js"):
        return STYLE_OR_SCRIPT, "style or script"
    if file.path.startswith("templates/") and suffix in (".html", ".txt"):
        small = file.stem.startswith("_") or file.stands_in("components")
        return (FRAGMENT, "fragment") if small else (PAGE, "page")
    return None


def files(tree: Tree, allowed: Mapping[str, int] = LONG_ALLOWED) -> Iterator[Finding]:
    """Files that are too long, and entries of the ratchet that can shrink."""
    lines = {file.path: file.lines for file in tree.files if limit_of(file) and not _fixed(file)}
    for file in tree.files:
        limit = limit_of(file)
        if limit is None or _fixed(file):
            continue
        most = allowed.get(file.path, limit[0])
        if file.lines > most:
            yield file.finding(
                file.lines, f"{limit[1]} of {file.lines} lines, at most {most}", "divide it"
            )
        elif file.path in allowed and file.lines < most:
            cure = f"lower it to {file.lines}" if file.lines > limit[0] else "take the entry out"
            yield file.finding(1, f"LONG_ALLOWED says {most} lines, it has {file.lines}", cure)
    for path in sorted(set(allowed) - set(lines)):
        yield Finding(path, 1, "LONG_ALLOWED names a file that is not there", "take it out")


def _fixed(file: File) -> bool:
    """Whether a file's length is not ours to choose: migrations tell what happened."""
    return file.is_migration


def lengths(tree: Tree) -> Iterator[Finding]:
    """Functions that are too long; their docstring does not count."""
    for file in tree.python:
        most = DOOR_FUNCTION if file.is_door else FUNCTION
        for function in functions(file):
            length = _length(function)
            if length > most:
                cure = "call one action or query" if file.is_door else "divide it"
                what = f"{function.name} has {length} lines, at most {most}"
                yield file.finding(function.lineno, what, cure)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    end = function.end_lineno or function.lineno
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    note = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return end - function.lineno + 1 - note


def parameters(
    tree: Tree, allowed: Mapping[tuple[str, str], str] = MANY_ALLOWED
) -> Iterator[Finding]:
    """Functions that take too much. Tests may ask for as many fixtures as they need."""
    for file in tree.product:
        for function in functions(file):
            count = _parameters(function)
            is_allowed = any(
                file.path.startswith(folder) and function.name == name for folder, name in allowed
            )
            if count > PARAMETERS and not is_allowed:
                what = f"{function.name} takes {count} parameters, at most {PARAMETERS}"
                yield file.finding(function.lineno, what, "pass one value that holds them")


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(1 for argument in named if argument.arg not in ("self", "cls"))


def folders(tree: Tree) -> Iterator[Finding]:
    """Folders with too many modules; `__init__` and `apps` do not count."""
    found: defaultdict[str, int] = defaultdict(int)
    counted = Counter(
        str(Path(file.path).parent) for file in tree.python if file.stem not in ("__init__", "apps")
    )
    found.update(counted)
    for folder, count in sorted(found.items()):
        if count > MODULES_IN_A_FOLDER:
            what = f"{count} modules in one folder, at most {MODULES_IN_A_FOLDER}"
            yield Finding(folder, count, what, "give a group of them a folder of its own")


RULES = (files, lengths, parameters, folders)
