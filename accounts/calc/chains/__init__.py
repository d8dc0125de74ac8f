"""Addresses and transactions of chains: their form, and the checksums that show a typo. Pure."""

from accounts.calc.chains.addresses import address_flaw, is_transaction, transaction_of

__all__ = ["address_flaw", "is_transaction", "transaction_of"]
