"""What can be asked about requests for approval and about who has to agree."""
