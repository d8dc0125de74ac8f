"""Staff pages of approvals."""
