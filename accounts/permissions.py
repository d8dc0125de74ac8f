"""What one may do with money."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

SEE_PAYMENT_METHODS = Permission("accounts.payment_method.view", noop("See payment methods"))
