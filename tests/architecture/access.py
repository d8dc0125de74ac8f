"""Who comes in where: every address of the staff's site, and the roles that it opens to.

A new address fails the tests until it stands here; so does one that is gone. `about` names the kind
of record in the address: it decides what lies out of a person's reach.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ROLES = (
    "sales_agent",
    "sales_manager",
    "retention",
    "support",
    "back_office",
    "finance",
    "dealer",
    "risk",
    "compliance",
    "auditor",
    "administrator",
)
#: Everybody who is staff and passed both factors, whatever their role; even without any.
STAFF = frozenset(("any member of staff", *ROLES))
#: Everybody, signed in or not.
STRANGERS = frozenset(("anybody", *STAFF))

READS_CLIENTS = frozenset(ROLES)
READS_MARKET = frozenset(ROLES)
READS_PAYMENTS = frozenset(ROLES)
ASKS = frozenset({"sales_agent", "sales_manager", "retention", "support", "back_office"})
APPROVES = frozenset({"back_office", "compliance"})
SENDS = frozenset({"finance"})
RECORDS = frozenset({"finance", "back_office"})
PROPOSES = frozenset({"finance", "administrator"})
DECIDES = frozenset({"back_office", "finance", "compliance"})
CONFIRMS = frozenset({"finance", "compliance"})
SEES_BANK = frozenset({"back_office", "finance", "compliance", "auditor", "administrator"})
SETTLES = frozenset({"back_office", "finance", "risk", "compliance"})
ADMINISTERS = frozenset({"administrator"})
SEES_MACHINES = frozenset({"administrator", "auditor"})
REVEALS = frozenset({"sales_agent", "retention"})
SHOWS = frozenset({"sales_manager", "compliance", "administrator"})
SEES_LOOKS = frozenset({"sales_manager", "compliance", "auditor", "administrator"})
SEES_STAFF = frozenset({"sales_manager", "compliance", "auditor", "administrator"})
BINDS = frozenset({"back_office"})
BULK_SEES = frozenset({"back_office", "finance", "compliance", "auditor", "administrator"})
BULK_PREPARES = frozenset({"back_office", "finance"})
BULK_APPROVES = frozenset({"finance", "compliance"})
OPENS_ACCOUNTS = frozenset({"back_office", "support"})
WATCHES = frozenset({"back_office", "dealer", "risk", "compliance", "auditor", "administrator"})
CLOSES_ALERTS = frozenset({"dealer", "risk", "compliance"})
READS_AUDIT = frozenset({"compliance", "auditor", "administrator"})
EDITS_CLIENTS = frozenset({"sales_agent", "sales_manager", "retention", "support", "back_office"})
READS_POLICIES = frozenset({"administrator", "compliance", "auditor", "risk"})
DISPUTES = frozenset({"finance", "compliance"})
ADJUSTS = frozenset({"dealer", "risk", "finance"})
CONFIRMS_ACCOUNTS = frozenset({"back_office", "dealer", "risk", "compliance"})


@dataclass(frozen=True)
class Door:
    """One address: who may enter, how it is asked, what it answers to whom it lets in."""

    roles: frozenset[str]
    about: str = ""
    method: str = "get"
    data: Mapping[str, str] = field(default_factory=dict)
    answers: int = 200
    #: What strangers get; None sends them to the sign-in.
    to_nobody: int | None = None
    #: What somebody sees whose reach ends before the record: absent, or nothing in a list.
    far: int = 404


DOORS: dict[str, Door] = {
    "home": Door(STAFF),
    "identity:sign-in": Door(STRANGERS, answers=302, to_nobody=200),
    "identity:sign-in-code": Door(STRANGERS, answers=302, to_nobody=302),
    "identity:sign-in-enrol": Door(STRANGERS, answers=302, to_nobody=302),
    "identity:recovery-codes": Door(STAFF),
    "identity:sign-out": Door(STRANGERS, method="post", answers=302, to_nobody=302),
    "identity:taste": Door(STAFF, method="post", data={"theme": "dark"}, answers=204),
    "identity:staff-list": Door(SEES_STAFF),
    "identity:staff-detail": Door(SEES_STAFF, about="staff"),
    "identity:staff-move": Door(ADMINISTERS, about="staff", method="post", answers=302),
    "identity:staff-sign-out": Door(ADMINISTERS, about="staff", method="post", answers=302),
    "identity:staff-suspend": Door(ADMINISTERS, about="staff", method="post", answers=422),
    "identity:staff-reinstate": Door(ADMINISTERS, about="staff", method="post", answers=302),
    "identity:staff-reset": Door(ADMINISTERS, about="staff", method="post", answers=422),
    "identity:role-list": Door(SEES_STAFF),
    "identity:role-detail": Door(SEES_STAFF, about="role"),
    "identity:desk-tree": Door(SEES_STAFF),
    "identity:desk-create": Door(ADMINISTERS, method="post", answers=422),
    "identity:own": Door(STAFF),
    "identity:password": Door(STAFF),
    "identity:new-devices": Door(STAFF),
    "identity:visits-end": Door(STAFF, method="post", answers=302),
    "identity:visit-end": Door(STAFF, about="visit", method="post", answers=302),
    "identity:device-mine": Door(STAFF, about="device", method="post", answers=302),
    "identity:passkey-add": Door(STAFF),
    "identity:passkey-remove": Door(STAFF, about="passkey", method="post", answers=302),
    "health:status": Door(STAFF),
    "health:footer": Door(STAFF),
    "health:live": Door(STRANGERS, to_nobody=200),
    "health:ready": Door(STRANGERS, to_nobody=200),
    "audit:event-list": Door(READS_AUDIT),
    "audit:change-list": Door(READS_AUDIT),
    "audit:entry": Door(READS_AUDIT),
    "audit:object-history": Door(READS_AUDIT),
    "audit:person-day": Door(READS_AUDIT),
    "audit:export": Door(READS_AUDIT, method="post"),
    "audit:standing": Door(READS_AUDIT),
    "audit:verify": Door(READS_AUDIT, method="post"),
    # A provider that nobody set up; what a known one is answered is tested with the callbacks.
    "provider-calls": Door(STRANGERS, about="provider", method="post", answers=404, to_nobody=404),
    "approvals:request-list": Door(READS_PAYMENTS),
    "approvals:request-count": Door(READS_PAYMENTS),
    "approvals:request-detail": Door(READS_PAYMENTS, about="approval"),
    "approvals:request-agree": Door(READS_PAYMENTS, about="approval", method="post", answers=422),
    "approvals:request-refuse": Door(READS_PAYMENTS, about="approval", method="post", answers=422),
    "approvals:request-review": Door(READS_PAYMENTS, about="approval", method="post", answers=422),
    "approvals:request-cancel": Door(READS_PAYMENTS, about="approval", method="post", answers=422),
    "approvals:policy-list": Door(READS_POLICIES),
    "approvals:policy-detail": Door(READS_POLICIES, about="policy"),
    "approvals:policy-change": Door(ADMINISTERS, about="policy"),
    "approvals:delegation-list": Door(READS_PAYMENTS),
    # Another's delegation is as if it were not there.
    "approvals:delegation-end": Door(
        READS_PAYMENTS, about="delegation", method="post", answers=404
    ),
    "approvals:role-ask": Door(ADMINISTERS),
    "approvals:role-change": Door(ADMINISTERS, about="role"),
    "crm:client-list": Door(READS_CLIENTS),
    "crm:panel-views": Door(READS_CLIENTS),
    "crm:client-detail": Door(READS_CLIENTS, about="client"),
    "crm:client-contacts": Door(EDITS_CLIENTS, about="client"),
    "crm:client-kyc": Door(EDITS_CLIENTS, about="client"),
    "crm:client-contact": Door(REVEALS, about="contact"),
    "crm:panel-shown-to": Door(SHOWS, about="client_id"),
    "crm:client-show": Door(SHOWS, about="client_id", method="post", answers=422),
    "crm:grant-end": Door(SHOWS, about="single", method="post", answers=302),
    "crm:look-list": Door(SEES_LOOKS),
    "crm:client-invite": Door(EDITS_CLIENTS, about="client", method="post", answers=302),
    "crm:letter-list": Door(READS_CLIENTS, about="client"),
    "crm:client-timeline": Door(READS_CLIENTS, about="client"),
    "trading:by-hand-list": Door(SETTLES),
    "trading:by-hand-count": Door(SETTLES),
    "trading:by-hand-back": Door(SETTLES, about="by_hand"),
    "trading:account-by-hand": Door(SETTLES, about="account_id", far=200),
    "trading:server-writing": Door(ADMINISTERS, about="server"),
    "trading:server-list": Door(READS_MARKET),
    "trading:account-detail": Door(READS_MARKET, about="account"),
    "trading:account-deals": Door(READS_MARKET, about="account"),
    "trading:account-balance": Door(READS_MARKET, about="account"),
    "trading:unbound-list": Door(BINDS),
    "trading:unbound-count": Door(BINDS),
    "trading:unbound-bind": Door(BINDS, method="post", answers=302),
    "trading:unbound-register": Door(BINDS, method="post", answers=302),
    "trading:binding-detail": Door(BINDS, about="binding"),
    "trading:binding-undo": Door(BINDS, about="binding", method="post", answers=302),
    "trading:account-owner": Door(BINDS, about="account"),
    "trading:account-bind": Door(BINDS, about="account", method="post", answers=422),
    "trading:account-unbind": Door(BINDS, about="account", method="post", answers=422),
    "trading:command-list": Door(READS_MARKET),
    "trading:command-count": Door(READS_MARKET),
    "trading:command-detail": Door(READS_MARKET, about="command"),
    "trading:command-confirm": Door(CONFIRMS_ACCOUNTS, about="command", method="post", answers=422),
    "trading:command-decline": Door(CONFIRMS_ACCOUNTS, about="command", method="post", answers=422),
    "trading:command-cancel": Door(READS_MARKET, about="command", method="post", answers=422),
    "trading:account-manage": Door(READS_MARKET, about="account"),
    "trading:account-open": Door(OPENS_ACCOUNTS, about="client_id"),
    "trading:change-list": Door(WATCHES),
    "trading:alert-list": Door(WATCHES),
    "trading:alert-count": Door(WATCHES),
    "trading:alert-detail": Door(WATCHES, about="alert"),
    "trading:alert-close": Door(CLOSES_ALERTS, about="alert", method="post", answers=422),
    "trading:alert-see": Door(CLOSES_ALERTS, about="alert", method="post", answers=422),
    "trading:manager-list": Door(WATCHES),
    "trading:panel-for-client": Door(READS_MARKET, about="client_id", far=200),
    "machines:integration-list": Door(SEES_MACHINES),
    "machines:integration-new": Door(ADMINISTERS),
    "machines:reference": Door(SEES_MACHINES),
    "machines:integration-detail": Door(SEES_MACHINES, about="integration"),
    "machines:integration-edit": Door(ADMINISTERS, about="integration"),
    "machines:integration-act": Door(ADMINISTERS, about="integration", method="post", answers=422),
    "accounts:payment-list": Door(READS_PAYMENTS),
    "accounts:payment-count": Door(READS_PAYMENTS),
    "accounts:method-list": Door(SEES_BANK),
    "accounts:method-terms": Door(PROPOSES, about="payment_method"),
    "accounts:payment-news": Door(READS_PAYMENTS),
    "accounts:panel-morning": Door(READS_PAYMENTS),
    "accounts:payment-detail": Door(READS_PAYMENTS, about="payment"),
    "accounts:payment-fresh": Door(READS_PAYMENTS, about="payment"),
    "accounts:payment-approve": Door(APPROVES, about="payment"),
    "accounts:payment-reject": Door(APPROVES, about="payment"),
    "accounts:payment-cancel": Door(ASKS, about="payment"),
    "accounts:payment-send": Door(SENDS, about="payment"),
    "accounts:payment-screen": Door(RECORDS, about="payment"),
    "accounts:payment-confirm": Door(CONFIRMS, about="payment"),
    "accounts:payment-return": Door(CONFIRMS, about="payment"),
    "accounts:payment-ask-client": Door(APPROVES, about="payment"),
    "accounts:payment-supply": Door(ASKS | APPROVES, about="payment"),
    "accounts:payment-ask-return": Door(SENDS | CONFIRMS, about="payment"),
    "accounts:payment-drop-return": Door(SENDS | CONFIRMS, about="payment"),
    "accounts:payment-retry-return": Door(CONFIRMS, about="payment"),
    "accounts:payment-evidence": Door(SETTLES, about="payment"),
    "accounts:payment-settle": Door(SETTLES, about="payment"),
    "accounts:payment-settle-confirm": Door(SETTLES, about="payment"),
    "accounts:payment-settle-decline": Door(SETTLES, about="payment"),
    "accounts:deposit-list": Door(READS_PAYMENTS),
    "accounts:deposit-count": Door(READS_PAYMENTS),
    "accounts:deposit-detail": Door(READS_PAYMENTS, about="deposit"),
    "accounts:deposit-evidence": Door(SETTLES, about="deposit"),
    "accounts:deposit-accept": Door(DECIDES, about="deposit"),
    "accounts:deposit-return": Door(DECIDES, about="deposit"),
    "accounts:deposit-reject": Door(DECIDES, about="deposit"),
    "accounts:deposit-cancel": Door(ASKS, about="deposit"),
    "accounts:deposit-arrived": Door(RECORDS, about="deposit"),
    "accounts:deposit-screen": Door(RECORDS, about="deposit"),
    "accounts:deposit-record-return": Door(SENDS, about="deposit"),
    "accounts:deposit-settle": Door(SETTLES, about="deposit"),
    "accounts:deposit-settle-confirm": Door(SETTLES, about="deposit"),
    "accounts:deposit-settle-decline": Door(SETTLES, about="deposit"),
    "accounts:deposit-start": Door(ASKS, about="client_id"),
    "accounts:transfer-list": Door(READS_PAYMENTS),
    "accounts:transfer-count": Door(READS_PAYMENTS),
    "accounts:transfer-detail": Door(READS_PAYMENTS, about="transfer"),
    "accounts:transfer-evidence": Door(SETTLES, about="transfer"),
    "accounts:transfer-cancel": Door(ASKS, about="transfer"),
    "accounts:transfer-return": Door(DECIDES, about="transfer"),
    "accounts:transfer-settle": Door(SETTLES, about="transfer"),
    "accounts:transfer-settle-confirm": Door(SETTLES, about="transfer"),
    "accounts:transfer-settle-decline": Door(SETTLES, about="transfer"),
    "accounts:transfer-start": Door(ASKS, about="client_id"),
    "accounts:transfer-give": Door(ASKS, about="client_id"),
    "accounts:bank-list": Door(SEES_BANK),
    "accounts:bank-count": Door(SEES_BANK),
    "accounts:bank-import": Door(SENDS),
    "accounts:bank-sure": Door(SENDS),
    "accounts:bank-row": Door(SEES_BANK, about="bank_row"),
    "accounts:bank-bind": Door(SENDS, about="bank_row"),
    "accounts:bank-make": Door(SENDS, about="bank_row"),
    "accounts:bank-fee": Door(SENDS, about="bank_row"),
    "accounts:bank-send-back": Door(SENDS, about="bank_row"),
    "accounts:bank-went-back": Door(SENDS, about="bank_row"),
    "accounts:bank-payout": Door(SENDS, about="bank_row"),
    "accounts:bank-deposit-back": Door(SENDS, about="bank_row"),
    "accounts:bank-settlement": Door(SENDS, about="bank_row"),
    "accounts:bank-agree": Door(CONFIRMS, about="bank_row"),
    "accounts:bank-free": Door(SENDS | CONFIRMS, about="bank_row"),
    "accounts:client-statement": Door(READS_PAYMENTS, about="client_id"),
    "accounts:clearing": Door(SEES_BANK),
    "accounts:settlement-list": Door(SEES_BANK),
    "accounts:settlement-import": Door(SENDS),
    "accounts:settlement-detail": Door(SEES_BANK, about="settlement"),
    "accounts:settlement-take": Door(SENDS, about="settlement"),
    "accounts:settlement-drop": Door(SENDS, about="settlement"),
    "accounts:difference-list": Door(SEES_BANK),
    "accounts:difference-count": Door(SEES_BANK),
    "accounts:difference-detail": Door(SEES_BANK, about="difference"),
    "accounts:difference-propose": Door(DECIDES, about="difference"),
    "accounts:bulk-list": Door(BULK_SEES),
    "accounts:bulk-count": Door(BULK_SEES),
    "accounts:bulk-new": Door(BULK_PREPARES),
    "accounts:bulk-resets": Door(BULK_PREPARES),
    "accounts:bulk-detail": Door(BULK_SEES, about="bulk_file"),
    "accounts:bulk-lines": Door(BULK_SEES, about="bulk_file"),
    "accounts:bulk-ask": Door(BULK_PREPARES, about="bulk_file"),
    "accounts:bulk-cancel": Door(BULK_PREPARES, about="bulk_file"),
    "accounts:bulk-agree": Door(BULK_APPROVES, about="bulk_file"),
    "accounts:bulk-refuse": Door(BULK_APPROVES, about="bulk_file"),
    "accounts:bulk-pause": Door(BULK_PREPARES, about="bulk_file"),
    "accounts:bulk-resume": Door(BULK_PREPARES, about="bulk_file"),
    "accounts:bulk-stop": Door(BULK_PREPARES, about="bulk_file"),
    "accounts:payment-bank": Door(READS_PAYMENTS, about="payment"),
    "accounts:deposit-bank": Door(READS_PAYMENTS, about="deposit"),
    "accounts:adjustment-list": Door(READS_PAYMENTS),
    "accounts:adjustment-detail": Door(READS_PAYMENTS, about="adjustment"),
    "accounts:adjustment-evidence": Door(SETTLES, about="adjustment"),
    "accounts:adjustment-give-up": Door(ADJUSTS, about="adjustment"),
    "accounts:adjustment-settle": Door(SETTLES, about="adjustment"),
    "accounts:adjustment-settle-confirm": Door(SETTLES, about="adjustment"),
    "accounts:adjustment-settle-decline": Door(SETTLES, about="adjustment"),
    "accounts:adjustment-ask": Door(ADJUSTS, about="account_id"),
    "accounts:adjustment-reverse": Door(ADJUSTS, about="account_id"),
    "accounts:dispute-list": Door(READS_PAYMENTS),
    "accounts:dispute-rates": Door(READS_PAYMENTS),
    "accounts:dispute-detail": Door(READS_PAYMENTS, about="dispute"),
    "accounts:dispute-pack": Door(DISPUTES, about="dispute", method="post"),
    "accounts:dispute-clear": Door(DISPUTES, about="dispute"),
    "accounts:dispute-send-evidence": Door(DISPUTES, about="dispute"),
    "accounts:dispute-accept": Door(DISPUTES, about="dispute"),
    "accounts:dispute-win": Door(DISPUTES, about="dispute"),
    "accounts:dispute-lose": Door(DISPUTES, about="dispute"),
    "accounts:dispute-debit": Door(DISPUTES, about="dispute"),
    "accounts:dispute-open": Door(DISPUTES, about="deposit"),
    "accounts:panel-for-client": Door(READS_PAYMENTS, about="client_id"),
    "accounts:withdrawal-request": Door(ASKS, about="client_id"),
}

#: The personal area: for clients alone, each their own; `about` names what of theirs it shows.
#: STRANGERS may come to the doors before the sign-in. `answers` is what the client gets.
CLIENTS = frozenset({"client"})
PORTAL: dict[str, Door] = {
    "entrance:sign-in": Door(STRANGERS, answers=302, to_nobody=200),
    "entrance:sign-out": Door(STRANGERS, method="post", answers=302, to_nobody=302),
    "entrance:forgotten": Door(STRANGERS, answers=200, to_nobody=200),
    "entrance:choose-password": Door(STRANGERS, about="link", answers=410, to_nobody=410),
    "portal:home": Door(CLIENTS),
    "portal:deposit-new": Door(CLIENTS),
    "portal:deposit": Door(CLIENTS, about="deposit"),
    "portal:deposit-stop": Door(CLIENTS, about="deposit", method="post", answers=422),
    "portal:transfer-new": Door(CLIENTS),
    "portal:transfer": Door(CLIENTS, about="transfer"),
    "portal:transfer-cancel": Door(CLIENTS, about="transfer", method="post", answers=302),
    "portal:withdrawal-new": Door(CLIENTS),
    "portal:withdrawal": Door(CLIENTS, about="payment"),
    "portal:withdrawal-cancel": Door(CLIENTS, about="payment", method="post", answers=302),
    "portal:withdrawal-answer": Door(CLIENTS, about="payment", method="post", answers=422),
}

#: Kinds of live topics (backoffice/routing.py): the roles that may watch what is in their reach.
TOPICS: dict[str, frozenset[str]] = {
    "account": READS_MARKET,
    "client": READS_CLIENTS & READS_MARKET,
    "server": frozenset(ROLES),  # how fresh a server is stands at the foot of every page
    "user": frozenset(ROLES),  # each their own
}
#: Modules of addresses that the product's own router does not include, and why.
ELSEWHERE = frozenset(
    {
        # The demo's own: tests/backoffice/demo/plug asks them all.
        "backoffice.demo.plug.site",
        "backoffice.demo.plug.urls",
    }
)

#: What only the demo has (tests/backoffice/demo/plug/test_pages.py): elsewhere these do not exist.
DEMO_DOORS: dict[str, Door] = {
    "plug:panel": Door(ADMINISTERS),
    "plug:now": Door(STRANGERS, answers=403, to_nobody=403),  # without the page's signature
    "plug:kill": Door(ADMINISTERS, method="post", answers=302),
    "plug:withdraw": Door(ADMINISTERS, method="post", answers=302),
}

#: The admin site, by the last part of its addresses' names: all of it is for administrators.
ADMIN_PAGES = ("index", "app_list", "login", "logout", "jsi18n", "autocomplete", "view_on_site")
ADMIN_RECORDS = ("changelist", "add", "change", "delete", "history")
ADMIN_PASSWORDS = ("password_change", "password_change_done")
#: Django's own: an old form of the change page, and whatever is unknown.
ADMIN_NAMELESS = ("nameless <path:object_id>/", "nameless (?P<url>.*)$")
#: What administrators may add and edit there; everything else is only looked at.
CONFIGURATION = frozenset(
    {
        "accounts.paymentmethod",
        "company.brand",
        "company.excludedsubject",
        "company.legalentity",
        "company.lettertemplate",
        "company.policyversion",
        "identity.desk",
        "trading.accounttype",
    }
)
