"""The house's own letters about money, one a piece of news. Pure.

A broker words them anew, for a legal entity, brand and language, under the same code (company,
letters). The blanks are those of `BLANKS`; nothing that staff wrote for the house is among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts import events
from backoffice.core.events import Event
from backoffice.core.words import noop

#: What may stand in a text: `$client` and `$house` of every letter, and these.
BLANKS = (
    "number", "amount", "account", "method", "stage", "reason", "missing", "due", "page",
    "source", "target", "place",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """One letter: the code that a broker's own text goes by, subject and body, untranslated."""

    code: str
    subject: str
    body: str


OF_WITHDRAWALS: Mapping[type[Event], Text] = {
    events.WithdrawalRequested: Text(
        "withdrawal-received",
        noop("Your withdrawal $number: received"),
        noop(
            "Dear $client,\n\nWe have received your request to withdraw $amount from"
            " $place by $method. The amount is set aside for it.\n\nWe mean to have it paid by"
            " $due. You can follow it here: $page\n\n$house"
        ),
    ),
    events.ClientAsked: Text(
        "withdrawal-waits-for-you",
        noop("Your withdrawal $number: we need something from you"),
        noop(
            "Dear $client,\n\nTo go on with your withdrawal of $amount we need from you:\n\n"
            "$missing\n\nUntil it comes, the clock stands still. Answer here: $page\n\n$house"
        ),
    ),
    events.WithdrawalApproved: Text(
        "withdrawal-approved",
        noop("Your withdrawal $number: approved"),
        noop(
            "Dear $client,\n\nYour withdrawal of $amount is approved. It is taken from"
            " $place next, then paid.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalDebited: Text(
        "withdrawal-in-payment",
        noop("Your withdrawal $number: in payment"),
        noop(
            "Dear $client,\n\n$amount have left $place and are on their way to you by"
            " $method.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalPaid: Text(
        "withdrawal-paid",
        noop("Your withdrawal $number: paid"),
        noop(
            "Dear $client,\n\nYour withdrawal of $amount is paid. Until your bank or provider shows"
            " it, some days can pass.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalRejected: Text(
        "withdrawal-rejected",
        noop("Your withdrawal $number: rejected"),
        noop(
            "Dear $client,\n\nWe cannot carry out your withdrawal of $amount:\n\n$reason\n\nThe"
            " amount is free again on $place.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalCancelled: Text(
        "withdrawal-cancelled",
        noop("Your withdrawal $number: cancelled"),
        noop(
            "Dear $client,\n\nYour withdrawal of $amount is cancelled. The amount is free again on"
            " $place.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalRefused: Text(
        "withdrawal-refused",
        noop("Your withdrawal $number: could not be carried out"),
        noop(
            "Dear $client,\n\nYour withdrawal of $amount could not be carried out: $reason.\n\n"
            "Nothing has left $place.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalUncertain: Text(
        "withdrawal-being-confirmed",
        noop("Your withdrawal $number: being confirmed"),
        noop(
            "Dear $client,\n\nThe trading server has not yet confirmed your withdrawal of $amount."
            " We look it up; there is nothing for you to do. The money is safe, and it is not sent"
            " a second time.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalLeftWallet: Text(
        "withdrawal-in-payment-from-wallet",
        noop("Your withdrawal $number: in payment"),
        noop(
            "Dear $client,\n\n$amount have left $place and are on their way to you by"
            " $method.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalBackInWallet: Text(
        "withdrawal-returned-to-wallet",
        noop("Your withdrawal $number: back in your wallet"),
        noop(
            "Dear $client,\n\nYour withdrawal could not be paid out: $amount are back in"
            " $place.\n\n$page\n\n$house"
        ),
    ),
    events.WithdrawalReturned: Text(
        "withdrawal-returned",
        noop("Your withdrawal $number: returned to your account"),
        noop(
            "Dear $client,\n\nYour withdrawal could not be paid out: $amount are back on"
            " $place.\n\n$page\n\n$house"
        ),
    ),
}
OF_DEPOSITS: Mapping[type[Event], Text] = {
    events.DepositParked: Text(
        "deposit-parked",
        noop("Your deposit $number waits"),
        noop(
            "Dear $client,\n\nYour deposit of $amount waits: first we have to know you better."
            " Nothing is charged before that.\n\n$page\n\n$house"
        ),
    ),
    events.DepositReceived: Text(
        "deposit-received",
        noop("Your deposit $number: received"),
        noop(
            "Dear $client,\n\nWe have received $amount by $method for account $account.\n\n"
            "$page\n\n$house"
        ),
    ),
    events.DepositCredited: Text(
        "deposit-credited",
        noop("Your deposit $number is on your account"),
        noop("Dear $client,\n\n$amount are on account $account.\n\n$page\n\n$house"),
    ),
    events.DepositFailed: Text(
        "deposit-declined",
        noop("Your deposit $number was declined"),
        noop(
            "Dear $client,\n\nThe payment provider declined your deposit of $amount. Nothing was"
            " charged; you can try again, or another way.\n\n$page\n\n$house"
        ),
    ),
    events.DepositRejected: Text(
        "deposit-rejected",
        noop("Your deposit $number: we found no such payment"),
        noop(
            "Dear $client,\n\nWe looked for your deposit of $amount and found no such payment. If"
            " you have paid, send us the proof of it.\n\n$page\n\n$house"
        ),
    ),
    events.DepositReturned: Text(
        "deposit-returned",
        noop("Your deposit $number was sent back"),
        noop(
            "Dear $client,\n\nWe have sent $amount back to where they came from.\n\n$page\n\n$house"
        ),
    ),
}
OF_TRANSFERS: Mapping[type[Event], Text] = {
    events.TransferRequested: Text(
        "transfer-received",
        noop("Your transfer $number: received"),
        noop(
            "Dear $client,\n\nWe have received your request to transfer $amount from $source to"
            " $target. The amount is set aside until it is decided.\n\n$page\n\n$house"
        ),
    ),
    events.TransferDone: Text(
        "transfer-done",
        noop("Your transfer $number: done"),
        noop("Dear $client,\n\n$amount have gone from $source to $target.\n\n$page\n\n$house"),
    ),
    events.TransferRejected: Text(
        "transfer-rejected",
        noop("Your transfer $number: rejected"),
        noop(
            "Dear $client,\n\nWe cannot carry out your transfer of $amount. The amount is free"
            " again on $source.\n\n$page\n\n$house"
        ),
    ),
    events.TransferCancelled: Text(
        "transfer-cancelled",
        noop("Your transfer $number: cancelled"),
        noop(
            "Dear $client,\n\nYour transfer of $amount is cancelled. The amount is free again on"
            " $source.\n\n$page\n\n$house"
        ),
    ),
    events.TransferRefused: Text(
        "transfer-refused",
        noop("Your transfer $number: could not be carried out"),
        noop(
            "Dear $client,\n\nYour transfer of $amount could not be carried out. Nothing has left"
            " $source.\n\n$page\n\n$house"
        ),
    ),
    events.TransferUncertain: Text(
        "transfer-being-confirmed",
        noop("Your transfer $number: being confirmed"),
        noop(
            "Dear $client,\n\nThe trading server has not yet confirmed your transfer of $amount."
            " We look it up; there is nothing for you to do. The money is safe, and it is not sent"
            " a second time.\n\n$page\n\n$house"
        ),
    ),
    events.TransferReversed: Text(
        "transfer-returned",
        noop("Your transfer $number: back where it came from"),
        noop(
            "Dear $client,\n\nYour transfer could not reach $target: $amount are back on"
            " $source.\n\n$page\n\n$house"
        ),
    ),
}
#: To whom another client's transfer comes: that it came, and not from whom.
TRANSFER_CAME = Text(
    "transfer-came",
    noop("$amount came to your account $account"),
    noop("Dear $client,\n\n$amount have come to your account $account by a transfer.\n\n$house"),
)
