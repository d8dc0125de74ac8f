"""The books: double entry, append-only, one writer."""
