"""The log's own machine: numbered leaves, signed heads, bundles."""
