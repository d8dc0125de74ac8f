"""The tidy rules see what they are for: each breach, planted in a tree of its own, is caught."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tidy import calls, markup, names, shapes, sizes
from tests.architecture.tidy.tree import Finding, Tree

DOC = '"""A module."""\n'


@dataclass(frozen=True)
class Plant:
    """A breach: the file that holds it, the line it is on, and what is said of it."""

    path: str
    text: str
    line: int
    what: str
    cure: str


def plant(root: Path, *files: tuple[str, str]) -> Tree:
    """A tree that holds these files and nothing else."""
    for path, text in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return Tree(root)


def findings(tree: Tree) -> list[Finding]:
    """Everything that any rule says, but for allow-lists that speak of files not planted here."""
    rules = (*sizes.RULES, *names.RULES, *calls.RULES, *shapes.RULES, *markup.RULES)
    found = {finding for rule in rules for finding in rule(tree)}
    return sorted(f for f in found if not f.what.startswith(("LONG_ALLOWED", "SILENT", "STEPS")))


def function(lines: int, *, name: str = "f") -> str:
    """A function of so many lines."""
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)


CALLS = {
    "float": ("crm/figures.py", "x = float(1)", "Decimal"),
    "float field": ("crm/models/x.py", "x = models.FloatField()", "Decimal"),
    "datetime.now": ("crm/x.py", "import datetime; datetime.datetime.now()", "take `now`"),
    "imported clock": ("crm/x.py", "from datetime import datetime as d; d.utcnow()", "take `now`"),
    "today": ("crm/x.py", "from datetime import date; date.today()", "take `now`"),
    "timezone.now": ("crm/x.py", "from django.utils import timezone; timezone.now()", "take `now`"),
    "time.time": ("trading/live/x.py", "import time; time.time()", "take `now`"),
    "environ": ("crm/x.py", "import os; os.environ['A']", "settings/env.py"),
    "imported environ": ("crm/x.py", "from os import environ", "settings/env.py"),
    "getenv": ("trading/x.py", "import os; os.getenv('A')", "settings/env.py"),
    "objects in a page": ("crm/pages/x.py", "Client.objects", "an action writes"),
    "save in a task": ("crm/tasks.py", "client.save()", "an action writes"),
    "delete in a command": ("crm/management/commands/x.py", "client.delete()", "an action writes"),
    "objects in a socket": ("trading/sockets.py", "Client.objects", "an action writes"),
    "update in a query": ("crm/queries/x.py", "rows.update(a=1)", "questions change nothing"),
    "bulk in a query": ("crm/queries/x.py", "rows.bulk_create([])", "questions change nothing"),
    "create in a query": ("crm/queries/x.py", "rows.create()", "questions change nothing"),
    "get_or_create": ("crm/actions/x.py", "rows.get_or_create()", "lock, look, write"),
    "update_or_create": ("accounts/ledger/x.py", "rows.update_or_create()", "lock, look, write"),
    "delay": ("crm/actions/x.py", "work.delay()", "emit an event"),
    "apply_async": ("crm/x.py", "work.apply_async()", "emit an event"),
    "shared_task": ("crm/actions/x.py", "from celery import shared_task", "emit an event"),
    "on_commit": ("crm/actions/x.py", "transaction.on_commit(f)", "emit an event"),
    "receiver": ("crm/x.py", "from django.dispatch import receiver", "emit an event"),
    "post_save": ("crm/apps.py", "signals.post_save.connect(f)", "emit an event"),
    "ModelForm": ("crm/pages/forms.py", "forms.ModelForm", "plain forms"),
    "__all__": ("crm/pages/forms.py", "fields = '__all__'", "plain forms"),
    "filterset_fields": ("crm/pages/x.py", "filterset_fields = []", "plain forms"),
    "except Exception": ("crm/x.py", "try: pass\nexcept Exception: pass", "catch what you can"),
    "bare except": ("crm/x.py", "try: pass\nexcept: pass", "catch what you can answer"),
    "except in a tuple": ("crm/x.py", "try: pass\nexcept (Exception, E): pass", "catch what"),
    "get_model": ("crm/x.py", "apps.get_model('crm', 'Client')", "ask the other app's queries"),
    "mark_safe": ("crm/pages/x.py", "safestring.mark_safe('')", "let the template escape"),
    "print": ("crm/x.py", "print(1)", "use logging"),
    "relative import": ("crm/x.py", "from . import y", "write the whole name"),
    "relative in tests": ("tests/x.py", "from .x import y", "write the whole name"),
    "hidden import": ("crm/x.py", "def f():\n    import os", "import at the top"),
}

PLANTS = {
    "long module": Plant("crm/x.py", DOC + "x = 1\n" * 400, 401, "401 lines", "divide"),
    "long test": Plant("tests/test_x.py", DOC + "x = 1\n" * 600, 601, "at most 600", "divide"),
    "long page": Plant("templates/x.html", "{# a #}\n" * 151, 151, "at most 150", "divide"),
    "long fragment": Plant("templates/_x.html", "{# a #}\n" * 61, 61, "at most 60", "divide"),
    "long component": Plant("templates/components/x.html", "{# a #}\n" * 61, 61, "60", "divide"),
    "long style": Plant("static/css/x.css", "a {}\n" * 301, 301, "at most 300", "divide"),
    "long script": Plant("static/js/x.js", "a();\n" * 301, 301, "at most 300", "divide"),
    "long function": Plant("crm/x.py", DOC + function(71), 2, "71 lines, at most 70", "divide"),
    "long door": Plant("crm/pages/x.py", DOC + function(16), 2, "16 lines, at most 15", "call one"),
    "long task": Plant("crm/tasks.py", DOC + function(16), 2, "at most 15", "call one"),
    "parameters": Plant(
        "crm/x.py", DOC + "def f(self, a, b, c, d, *, e, g, h, i): pass", 2, "8 parameters", "pass"
    ),
    "banned module": Plant("crm/utils.py", DOC, 1, "“utils” says nothing", "in the business"),
    "banned folder": Plant("crm/services/x.py", DOC, 1, "“services”", "in the business"),
    "banned base": Plant("crm/base.py", DOC, 1, "“base” says nothing", "in the business"),
    "banned test": Plant("tests/helpers.py", DOC, 1, "“helpers”", "in the business"),
    "banned template": Plant("templates/inc/x.html", "{# x #}", 1, "“inc”", "in the business"),
    "banned partial": Plant("templates/crm/_mixins.html", "{# x #}", 1, "“_mixins”", "in the"),
    "new folder": Plant("extras/x.txt", "", 1, "a new folder at the top", "one of the rooms"),
    "no docstring": Plant("crm/x.py", "x = 1", 1, "no docstring", "say in one line"),
    "late docstring": Plant("crm/x.py", "\n" + DOC, 1, "not on the first line", "to the top"),
    "code in a package": Plant("crm/__init__.py", DOC + "x = 1", 2, "names only", "move the code"),
    "positional action": Plant(
        "crm/actions/x.py",
        DOC + "def do_x(client, *, actor, now):\n    with transaction.atomic(): emit()",
        2,
        "do_x takes positional arguments",
        "put * before",
    ),
    "action without actor": Plant(
        "crm/actions/x.py",
        DOC + "@transaction.atomic\ndef do_x(*, now): emit()",
        3,
        "do_x takes no actor",
        "take `actor`",
    ),
    "action without now": Plant(
        "crm/actions/x.py",
        DOC + "@transaction.atomic\ndef do_x(*, actor): outbox.emit()",
        3,
        "do_x takes no now",
        "take `now`",
    ),
    "silent action": Plant(
        "crm/actions/x.py",
        DOC + "@transaction.atomic\ndef do_x(*, actor, now): _other()\ndef _other(): pass",
        3,
        "do_x tells nobody",
        "emit an event",
    ),
    "key across": Plant(
        "trading/models/x.py",
        DOC + "x = models.ForeignKey('crm.Client', on_delete=models.PROTECT)",
        2,
        "a key to another app can be followed",
        'related_name="+"',
    ),
    "key to a person": Plant(
        "crm/models/x.py",
        DOC + "x = models.ForeignKey(settings.AUTH_USER_MODEL, related_name='clients')",
        2,
        "a key to another app",
        'related_name="+"',
    ),
    "no comment": Plant("templates/x.html", "<p></p>", 1, "no opening comment", "say what"),
    "inline script": Plant("templates/x.html", "{# x #}\n<script>a()</script>", 2, "script", "js"),
    "inline style": Plant("templates/x.html", "{# x #}\n<style></style>", 2, "style", "css"),
    "style attribute": Plant("templates/x.html", "{# x #}\n<p style='a'>", 2, "style", "a class"),
    "handler": Plant("templates/x.html", "{# x #}\n<a onclick='x()'>", 2, "handler", "listen"),
    "safe": Plant("templates/x.html", "{# x #}\n{{ a|safe }}", 2, "|safe", "escape"),
    "autoescape": Plant("templates/x.html", "{# x #}\n{% autoescape off %}", 2, "off", "escape"),
    "address": Plant(
        "templates/x.html", "{# x #}\n<img src='https://cdn.example.com/a.png'>", 2, "cdn", "serve"
    ),
    "bare address": Plant("static/js/x.js", "get('//cdn.example.com/a')", 1, "cdn", "serve"),
    "style address": Plant("static/css/x.css", "@import '//a.example.com/'", 1, "a.ex", "ser"),
    "library": Plant("static/js/htmx.min.js", "x", 1, "somebody else's", "install it"),
    "licence": Plant("static/js/x.js", "/*! x v1 */", 1, "somebody else's file", "do not copy"),
    "font": Plant("static/fonts/x.woff2", "x", 1, "not a style, script or drawing", "take it out"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_a_breach_is_caught_with_file_line_and_cure(tmp_path: Path, name: str) -> None:
    breach = PLANTS[name]
    found = findings(plant(tmp_path, (breach.path, breach.text)))
    assert len(found) == 1, found
    place = breach.path.split("/")[0] if name == "new folder" else breach.path
    assert (found[0].path, found[0].line) == (place, breach.line)
    assert breach.what in found[0].what
    assert breach.cure in found[0].cure


@pytest.mark.parametrize("name", CALLS)
def test_a_banned_call_is_caught_with_file_line_and_cure(tmp_path: Path, name: str) -> None:
    path, code, cure = CALLS[name]
    found = findings(plant(tmp_path, (path, f"{DOC}\n{code}\n")))
    assert len(found) == 1, found
    assert found[0].path == path
    assert found[0].line in (3, 4)
    assert found[0].what.endswith("is banned here")
    assert cure in found[0].cure


ALLOWED = {
    "float on the board": ("trading/live/board.py", "x = float(1)"),
    "the clock itself": ("backoffice/core/clock.py", "import datetime; datetime.datetime.now()"),
    "monotonic": ("crm/x.py", "import time; time.monotonic()"),
    "the environment in settings": ("backoffice/settings/env.py", "import os; os.environ"),
    "on_commit in the kernel": ("backoffice/core/x.py", "transaction.on_commit(f)"),
    "shared_task in tasks": ("crm/tasks.py", "from celery import shared_task"),
    "objects in a query": ("crm/queries/x.py", "Client.objects"),
    "save in an action": ("crm/actions/x.py", "client.save()"),
    "objects in admin": ("crm/admin.py", "Client.objects"),
    "the outermost loop": ("backoffice/core/work.py", "try: pass\nexcept Exception: pass"),
    "tidying up": ("crm/x.py", "try: pass\nexcept BaseException:\n    close()\n    raise"),
    "print in the demo": ("backoffice/demo/card.py", "print(1)"),
    "names of a package": ("crm/x.py", "__all__ = ['a']"),
    "get_model in a migration": ("crm/migrations/0002_x.py", "apps.get_model('crm', 'Client')"),
    "base settings": ("backoffice/settings/base.py", "x = 1"),
    "a telling action": (
        "crm/actions/x.py",
        "@transaction.atomic\ndef do_x(*, actor, now): _tell()\ndef _tell(): outbox.emit()",
    ),
    "a key within the app": ("crm/models/x.py", "x = models.ForeignKey('crm.Client')"),
    "a key without a way back": (
        "trading/models/x.py",
        "x = models.ForeignKey('crm.Client', related_name='+')",
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_lawful_passes(tmp_path: Path, name: str) -> None:
    path, code = ALLOWED[name]
    assert findings(plant(tmp_path, (path, f"{DOC}\n{code}\n"))) == []


def test_lawful_markup_passes(tmp_path: Path) -> None:
    page = (
        "{# A page. Context: rows. See https://example.com/inside-a-comment #}\n"
        "{% load static %}<script src=\"{% static 'js/app.js' %}\" defer></script>\n"
        '<svg xmlns="http://www.w3.org/2000/svg"></svg><a href="{% url \'home\' %}">x</a>\n'
    )
    files = ("templates/base.html", page), ("static/css/base.css", "a { color: red } /* ours */")
    assert findings(plant(tmp_path, *files)) == []


def test_sixteen_modules_in_a_folder_are_too_many(tmp_path: Path) -> None:
    modules = [(f"crm/actions/a{number}.py", DOC) for number in range(15)]
    tree = plant(tmp_path, *modules, ("crm/actions/__init__.py", ""), ("crm/actions/apps.py", DOC))
    assert findings(tree) == []
    [found] = findings(plant(tmp_path, ("crm/actions/a15.py", DOC)))
    assert (found.path, found.what) == ("crm/actions", "16 modules in one folder, at most 15")


def test_the_ratchet_only_shrinks(tmp_path: Path) -> None:
    tree = plant(tmp_path, ("crm/x.py", DOC + "x = 1\n" * 410))
    assert list(sizes.files(tree, {"crm/x.py": 411})) == []
    [grown] = sizes.files(tree, {"crm/x.py": 405})
    assert grown.what == "module of 411 lines, at most 405"
    [shrunk] = sizes.files(tree, {"crm/x.py": 450})
    assert shrunk.cure == "lower it to 411"
    _, gone = sizes.files(tree, {"crm/y.py": 450})
    assert (gone.path, gone.cure) == ("crm/y.py", "take it out")
    short = plant(tmp_path / "short", ("crm/x.py", DOC))
    [needless] = sizes.files(short, {"crm/x.py": 450})
    assert needless.cure == "take the entry out"


def test_the_list_of_silent_actions_holds_no_strangers(tmp_path: Path) -> None:
    tree = plant(tmp_path, ("crm/actions/x.py", DOC + "def do_x(): pass"))
    [found] = shapes.actions(tree, {"crm/actions/x.py::do_x": "why"}, {})
    assert "SILENT names crm/actions/x.py::do_x" in found.what
