"""The guard of /api/v1/, and the doors by which a machine looks after itself."""
