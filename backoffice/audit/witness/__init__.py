"""The witness: under other credentials, beside the log, with a memory of its own."""
