"""What no code may call, except where it is at home, and what to do instead."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.architecture.tidy.tree import File, Finding, Tree, dotted

Matcher = Callable[[ast.AST, dict[str, str]], bool]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def looks_at(*kinds: type[ast.AST]) -> Callable[[Matcher], Matcher]:
    """Say which kinds of nodes a matcher is asked about; of all others it would say no."""

    def mark(matcher: Matcher) -> Matcher:
        matcher.kinds = kinds  # type: ignore[attr-defined]
        return matcher

    return mark


@dataclass(frozen=True)
class Ban:
    """One thing that is banned: what it looks like, where, and where it is allowed all the same."""

    name: str
    matches: Matcher
    where: Callable[[File], bool]
    allowed: tuple[str, ...]
    cure: str

    def covers(self, file: File) -> bool:
        """Whether the ban holds in a file: a name ending with / allows a folder."""
        return self.where(file) and not any(
            file.path.startswith(home) if home.endswith("/") else file.path == home
            for home in self.allowed
        )


def everywhere(file: File) -> bool:
    """All delivered Python."""
    return file.is_product


def doors(file: File) -> bool:
    """Pages, sockets, tasks, commands."""
    return file.is_door


def queries(file: File) -> bool:
    """The questions."""
    return file.is_product and (file.stands_in("queries") or file.stem == "queries")


def writers(file: File) -> bool:
    """Actions and the books."""
    return file.is_product and (file.stands_in("actions", "ledger") or file.stem == "actions")


def calls(*names: str) -> Matcher:
    """A call of one of these, by its full dotted name."""
    wanted = frozenset(names)

    @looks_at(ast.Call)
    def matches(node: ast.AST, imported: dict[str, str]) -> bool:
        return isinstance(node, ast.Call) and _resolved(node.func, imported) in wanted

    return matches


def methods(*names: str) -> Matcher:
    """A call of a method with one of these names, whatever it is called on."""
    wanted = frozenset(names)

    @looks_at(ast.Call)
    def matches(node: ast.AST, imported: dict[str, str]) -> bool:
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        return is_call and any(
            node.func.attr == name or (name.endswith("_") and node.func.attr.startswith(name))
            for name in wanted
        )

    return matches


def mentions(*names: str) -> Matcher:
    """A name or an attribute with one of these names, or an import of it."""
    wanted = frozenset(names)

    @looks_at(ast.Attribute, ast.Name, ast.ImportFrom)
    def matches(node: ast.AST, imported: dict[str, str]) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr in wanted
        if isinstance(node, ast.Name):
            return node.id in wanted
        if isinstance(node, ast.ImportFrom):
            return any(alias.name in wanted for alias in node.names)
        return False

    return matches


def dotted_names(*names: str) -> Matcher:
    """A mention of one of these, by its full dotted name."""
    wanted = frozenset(names)

    @looks_at(ast.Attribute, ast.ImportFrom)
    def matches(node: ast.AST, imported: dict[str, str]) -> bool:
        if isinstance(node, ast.ImportFrom):
            return any(f"{node.module}.{alias.name}" in wanted for alias in node.names)
        return isinstance(node, ast.Attribute) and _resolved(node, imported) in wanted

    return matches


def either(*matchers: Matcher) -> Matcher:
    """One of several."""

    @looks_at(*{kind for matcher in matchers for kind in matcher.kinds})  # type: ignore[attr-defined]
    def matches(node: ast.AST, imported: dict[str, str]) -> bool:
        return any(matcher(node, imported) for matcher in matchers)

    return matches


@looks_at(ast.Constant, ast.Name)
def all_fields(node: ast.AST, imported: dict[str, str]) -> bool:
    """`"__all__"` as a value, or an assignment to `filterset_fields`."""
    if isinstance(node, ast.Constant):
        return node.value == "__all__"
    return isinstance(node, ast.Name) and node.id == "filterset_fields"


@looks_at(ast.ExceptHandler)
def wide_except(node: ast.AST, imported: dict[str, str]) -> bool:
    """A bare `except`, `Exception` or `BaseException`, unless it tidies up and raises."""
    if not isinstance(node, ast.ExceptHandler) or _hands_on(node):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in kinds)


def _hands_on(handler: ast.ExceptHandler) -> bool:
    """Whether the last thing a handler does is a bare `raise`: it swallows nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@looks_at(ast.ImportFrom)
def relative(node: ast.AST, imported: dict[str, str]) -> bool:
    """`from . import x`."""
    return isinstance(node, ast.ImportFrom) and node.level > 0


@looks_at(*FUNCTIONS)
def hidden_import(node: ast.AST, imported: dict[str, str]) -> bool:
    """An import inside a function."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))


ENTRY_POINTS = (
    "manage.py", "backoffice/asgi.py", "backoffice/wsgi.py", "backoffice/celery.py",
    "backoffice/settings/", "backoffice/demo/", "trading/gateway/agent/config.py",
    "accounts/providers/simulator/__main__.py",
    "trading/gateway/agent/__main__.py", "backoffice/audit/witness/__main__.py",
)  # fmt: skip
CLOCKS = ("backoffice/core/clock.py", "trading/gateway/clock.py")
SIGNALS = (
    "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init",
    "receiver",
)  # fmt: skip

BANS = (
    Ban("float", either(calls("float"), mentions("FloatField")), everywhere,
        ("trading/gateway/agent/manager_api/wire.py", "trading/live/board.py"),
        "use Decimal; lots are whole hundredths"),
    Ban("a clock", calls("datetime.datetime.now", "datetime.datetime.utcnow",
        "datetime.datetime.today", "datetime.date.today", "django.utils.timezone.now",
        "django.utils.timezone.localdate", "time.time", "time.time_ns"), everywhere, CLOCKS,
        "take `now` as an argument"),
    Ban("the environment", dotted_names("os.environ", "os.getenv"), everywhere, ENTRY_POINTS,
        "settings/env.py reads it once"),
    Ban("a model in a door", either(mentions("objects"), methods("save", "delete")), doors, (),
        "an action writes, a query reads"),
    Ban("a write in a query", methods("save", "create", "update", "delete", "bulk_"), queries, (),
        "questions change nothing: move it to an action"),
    Ban("get_or_create", mentions("get_or_create", "update_or_create"), writers, (),
        "lock, look, write"),
    Ban("a task sent by hand", either(methods("delay", "apply_async", "on_commit"),
        mentions("shared_task", "on_commit")), lambda f: everywhere(f) and f.stem != "tasks",
        ("backoffice/core/",), "emit an event, react to it"),
    Ban("a signal", mentions(*SIGNALS), everywhere, (), "emit an event, react to it"),
    Ban("a form of all fields", either(mentions("ModelForm", "ModelSerializer"), all_fields),
        everywhere, (), "plain forms; the query's FilterSet"),
    Ban("a wide except", wide_except, everywhere,
        ("backoffice/core/work.py", "trading/live/feed.py", "trading/gateway/agent/app.py",
         "trading/gateway/agent/engine.py", "trading/gateway/agent/stream.py"),
        "catch what you can answer"),
    Ban("get_model", methods("get_model"), everywhere, (), "ask the other app's queries"),
    Ban("mark_safe", mentions("mark_safe"), everywhere, ("backoffice/ui/templatetags/",),
        "let the template escape"),
    Ban("print", calls("print"), everywhere,
        ("backoffice/demo/", "trading/gateway/agent/__main__.py"), "use logging"),
    Ban("a relative import", relative, lambda f: f.path.endswith(".py"), (),
        "write the whole name"),
    Ban("an import inside a function", hidden_import, everywhere,
        ("trading/gateway/agent/__main__.py",), "import at the top; events break cycles"),
)  # fmt: skip


def banned(tree: Tree, bans: tuple[Ban, ...] = BANS) -> Iterator[Finding]:
    """Everything that is called where it may not be."""
    for file in tree.python:
        ours = [ban for ban in bans if ban.covers(file)]
        if not ours:
            continue
        imported = _imports(file)
        asked: defaultdict[type, list[Ban]] = defaultdict(list)
        for ban in ours:
            for kind in ban.matches.kinds:  # type: ignore[attr-defined]
                asked[kind].append(ban)
        seen: set[tuple[int, str]] = set()
        for node in file.nodes:
            for ban in asked.get(type(node), ()):
                line = getattr(node, "lineno", 0)
                if ban.matches(node, imported) and (line, ban.name) not in seen:
                    seen.add((line, ban.name))
                    yield file.finding(line, f"{ban.name} is banned here", ban.cure)


def _imports(file: File) -> dict[str, str]:
    """What each imported name stands for: {"now": "django.utils.timezone.now"}."""
    found: dict[str, str] = {}
    for node in file.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _resolved(node: ast.AST, imported: dict[str, str]) -> str:
    """Return a dotted name with its first step replaced by what was imported under it."""
    first, dot, rest = dotted(node).partition(".")
    return imported.get(first, first) + dot + rest


RULES = (banned,)
