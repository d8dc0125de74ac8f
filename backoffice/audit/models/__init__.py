"""What the log keeps: changes of rows, numbered leaves, tiles, signed heads, the witness's word."""

from backoffice.audit.models.change import Change
from backoffice.audit.models.head import Checkpoint, PublicKey, Witnessing
from backoffice.audit.models.tree import Leaf, Tile

__all__ = ["Change", "Checkpoint", "Leaf", "PublicKey", "Tile", "Witnessing"]
