"""A provider's settlement: the file read and written, each payment compared. Pure."""
