"""Questions about our bank accounts: how they stand, their rows, whose a row could be."""
