"""What the server keeps of itself: its journal, its managers, who is online, its days."""
