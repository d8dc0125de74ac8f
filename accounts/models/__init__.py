"""What is kept about money."""

from accounts.models.payment_method import PaymentMethod

__all__ = ["PaymentMethod"]
