"""What a process has loaded stays until it ends, so it need not be searched for garbage.

Python's full collection looks at every object there is: 250,000 once our code stands in memory,
which takes 110 ms, and meanwhile that process answers no page and carries out no task. Objects set
aside here are never looked at again; what comes after them is collected as ever.
"""

import gc


def set_aside() -> None:
    """Throw away what loading left behind, and set aside all the rest. Call once all is loaded."""
    gc.collect()
    gc.freeze()
