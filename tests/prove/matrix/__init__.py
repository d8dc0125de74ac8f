"""Every step × every fault × every kind of money movement, in one process, enumerated."""
