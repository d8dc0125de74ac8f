"""Pull the plug: a page of the demo, and of nothing else, that kills parts in mid-withdrawal."""
