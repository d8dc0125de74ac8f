"""What modules, packages, actions and keys look like."""

import ast
from collections.abc import Iterator, Mapping

from tests.architecture.tidy.tree import File, Finding, Tree, dotted, functions

#: Actions that write without telling: `path::name` and why nobody needs to hear of it.
SILENT: dict[str, str] = {
    "crm/actions/contacts.py::ask_for_contacts": "asking.ask tells of the request",
    "crm/actions/kyc.py::ask_for_level": "asking.ask tells of the request",
    "backoffice/approvals/actions/policies.py::ask_for_policy": "asking.ask tells of the request",
    "backoffice/approvals/actions/role_contents.py::ask_to_change_role": "asking.ask tells of it",
    "backoffice/approvals/actions/role_changes.py::ask_for_role": "asking.ask tells of it",
    "backoffice/approvals/actions/role_changes.py::ask_to_revoke": "asking.ask tells of it",
    "backoffice/identity/actions/visits.py::note_seen": "somebody is still there: no news",
    "backoffice/identity/actions/visits.py::note_failure": "the refusal is told by who refused",
    "backoffice/identity/actions/visits.py::leave": "sessions.record_sign_out tells of it",
    "backoffice/identity/actions/passkeys.py::pass_passkey": "a refusal is told by sessions.refuse",
    "accounts/actions/reconciling/agreeing.py::propose": "asking.ask tells of the request",
    "crm/actions/inviting.py::invite_client": "identity's invite_client tells of the invitation",
    "accounts/actions/ways/agreeing.py::propose_terms": "asking.ask tells of the request",
    "accounts/actions/ways/handing.py::record_sighting": "on_chain.keep tells what is seen",
    "accounts/actions/following.py::follow_operation": "the steps of its table tell, one by one",
    "accounts/actions/deposits/following.py::follow_operation": "the steps of its table tell",
    "accounts/actions/transfers/following.py::follow_operation": "the steps of its table tell",
    "accounts/actions/disputes/answering.py::send_evidence": "steps.tell_move tells of it",
    "accounts/actions/disputes/answering.py::win_dispute": "steps.tell_move tells of it",
    "accounts/actions/disputes/answering.py::ask_debit": "asking.ask_granted tells of it",
    "accounts/actions/disputes/opening.py::clear_dispute": "steps.tell_move tells of it",
    "accounts/actions/adjusting/following.py::follow_operation": "the steps of its table tell",
    "accounts/actions/transfers/to_another.py::request_gift": "requesting.begin tells of it",
    "accounts/actions/bulk/carrying.py::let_go": "a lease given back: no news",
    "trading/actions/by_hand/booking.py::match": "verdicts tells what it came to",
    "trading/actions/by_hand/booking.py::hand_back": "verdicts.handed_over tells of it",
    "trading/actions/watching/attributing.py::watch_server": "judging tells of each foreign change",
    "trading/actions/ordering/opening.py::ask_for_account": "asking.written tells of the request",
    "trading/actions/ownership/newcomers.py::register_many": "binding.close tells of the batch",
    "crm/actions/newcomers.py::register_newcomer": "clients.register_client tells of the client",
    "crm/actions/figures.py::record_figures": "measured, not decided: the live frames tell of it",
}

#: Modules under actions/ that hold the steps of one action, not actions.
STEPS: dict[str, str] = {
    "accounts/actions/steps.py": "steps of every act on a payment, inside the act's transaction",
    "accounts/actions/chart.py": "steps of acts that write the books, inside their transaction",
    "backoffice/machines/actions/answers.py": "the frame of an act of another room, which tells",
    "accounts/actions/deposits/steps.py": "steps of every act on a deposit, inside its transaction",
    "accounts/actions/adjusting/steps.py": "steps of every act on an adjustment, inside its own",
    "trading/actions/snapshots.py": "steps of sync.py, which takes actor and now and hands them on",
    "trading/actions/sync_passes.py": "steps of sync.py; the mirror repeats what MetaTrader says",
}

FOREIGN_KEYS = ("ForeignKey", "OneToOneField", "ManyToManyField")
USER_MODELS = ("settings.AUTH_USER_MODEL", "AUTH_USER_MODEL")
ACTION_WORDS = ("actor", "now")


def described(tree: Tree) -> Iterator[Finding]:
    """A module's first line says what it is; an empty `__init__` says enough."""
    for file in tree.python:
        if file.stem == "__init__" and not file.text.strip():
            continue
        text = ast.get_docstring(file.code)
        if not text or not text.strip():
            yield file.finding(1, "no docstring", "say in one line what the module is")
        elif file.code.body[0].lineno != (2 if file.text.startswith("#!") else 1):
            yield file.finding(1, "the docstring is not on the first line", "move it to the top")


def packages(tree: Tree) -> Iterator[Finding]:
    """An `__init__` holds names only: a docstring, imports, `__all__`."""
    for file in tree.python:
        if file.stem != "__init__":
            continue
        for node in file.code.body:
            if not _is_name_only(node):
                cure = "move the code to a module and import the name"
                yield file.finding(node.lineno, "an __init__ holds names only", cure)


def _is_name_only(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    targets = node.targets if isinstance(node, ast.Assign) else []
    return bool(targets) and all(dotted(target) == "__all__" for target in targets)


def actions(
    tree: Tree, silent: Mapping[str, str] = SILENT, steps: Mapping[str, str] = STEPS
) -> Iterator[Finding]:
    """An action that opens a transaction takes keywords only, with actor and now, and emits."""
    named: set[str] = set()
    for file in tree.product:
        if not file.stands_in("actions") or file.path in steps:
            continue
        tellers = _tellers(file)
        for function in file.code.body:
            if not _is_action(function):
                continue
            assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            named.add(f"{file.path}::{function.name}")
            is_silent = f"{file.path}::{function.name}" in silent
            yield from _shape(file, function, ("now",) if is_silent else ACTION_WORDS)
            if function.name not in tellers and not is_silent:
                cure = "emit an event, or list it in SILENT with a reason"
                yield file.finding(function.lineno, f"{function.name} tells nobody", cure)
    known = {file.path for file in tree.product}
    for path in sorted(set(steps) - known):
        yield Finding(path, 1, "STEPS names a file that is not there", "take it out")
    for name in sorted(set(silent) - named):
        path = name.partition("::")[0]
        yield Finding(path, 1, f"SILENT names {name}, which opens no transaction", "take it out")


def _is_action(node: ast.stmt) -> bool:
    """Whether a statement is a public function that opens a transaction."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
        return False
    return any(dotted(inner).endswith("transaction.atomic") for inner in ast.walk(node))


def _shape(
    file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, words: tuple[str, ...]
) -> Iterator[Finding]:
    arguments = function.args
    if arguments.posonlyargs or arguments.args or arguments.vararg:
        what = f"{function.name} takes positional arguments"
        yield file.finding(function.lineno, what, "put * before the first parameter")
    given = {argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)}
    for word in words:
        if word not in given:
            what = f"{function.name} takes no {word}"
            yield file.finding(function.lineno, what, f"take `{word}` as a keyword")


def _tellers(file: File) -> set[str]:
    """Return the functions of a module that emit, by themselves or through one another."""
    known = {node.name: node for node in functions(file)}
    called = {name: _called(node) for name, node in known.items()}
    telling = {name for name, calls in called.items() if "emit" in calls}
    while True:
        more = {name for name, calls in called.items() if calls & telling} - telling
        if not more:
            return telling
        telling |= more


def _called(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the last steps of the names that a function calls."""
    names = (dotted(node.func) for node in ast.walk(function) if isinstance(node, ast.Call))
    return {name.rpartition(".")[2] for name in names}


def keys(tree: Tree) -> Iterator[Finding]:
    """A key across apps has `related_name="+"`: the way back is a query."""
    for file in tree.product:
        if not (file.stands_in("models") or file.stem == "models"):
            continue
        for node in file.nodes:
            if isinstance(node, ast.Call) and _is_key_across(node, _label(file)):
                related = [k.value for k in node.keywords if k.arg == "related_name"]
                if not related or ast.literal_eval(related[0]) != "+":
                    cure = 'give it related_name="+": the way back is a query'
                    yield file.finding(node.lineno, "a key to another app can be followed", cure)


def _label(file: File) -> str:
    """Return the app that a model belongs to: `identity` for backoffice/identity/models/…"""
    return file.parts[1] if file.parts[0] == "backoffice" else file.parts[0]


def _is_key_across(call: ast.Call, label: str) -> bool:
    if dotted(call.func).rpartition(".")[2] not in FOREIGN_KEYS:
        return False
    to = (
        call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "to"), None)
    )
    if to is not None and dotted(to) in USER_MODELS:
        return label != "identity"
    if not isinstance(to, ast.Constant) or not isinstance(to.value, str):
        return False
    app, dot, _ = to.value.rpartition(".")
    return bool(dot) and app != label


RULES = (described, packages, actions, keys)
