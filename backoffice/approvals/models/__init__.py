"""What is kept of approvals: requests, votes, policies, who votes for whom, who is a client too."""

from backoffice.approvals.models.policy import ApprovalPolicy
from backoffice.approvals.models.request import ApprovalRequest
from backoffice.approvals.models.standing_in import ClientInterest, VoteDelegation
from backoffice.approvals.models.vote import ApprovalVote

__all__ = ["ApprovalPolicy", "ApprovalRequest", "ApprovalVote", "ClientInterest", "VoteDelegation"]
