"""Signed messages (RFC 9421) with their digest (RFC 9530): what a machine's call has to prove."""
