"""The long proofs of `make prove`: resumable, seeded, with counts."""
