"""Sums of approvals: policies as people write them."""
