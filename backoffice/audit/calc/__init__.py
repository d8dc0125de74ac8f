"""Sums of the log: hashes, proofs, signatures; pure."""
