"""The doors for machines: clients."""
