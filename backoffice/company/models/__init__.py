"""What is kept about the company."""

from backoffice.company.models.entity import Brand, LegalEntity
from backoffice.company.models.exclusion import ExcludedSubject
from backoffice.company.models.letter import LetterTemplate
from backoffice.company.models.policy import PolicyVersion

__all__ = ["Brand", "ExcludedSubject", "LegalEntity", "LetterTemplate", "PolicyVersion"]
