"""A simulated payment provider: a process of its own, with a hosted page and signed callbacks."""
