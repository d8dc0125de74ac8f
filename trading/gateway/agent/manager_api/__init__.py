"""What an engine on MetaQuotes' Manager API needs besides the library itself.

The library (`mtmanapi.dll`) is the broker's: it runs on Windows, may not be shipped, and is not
here, so there is no engine yet. Here is all that does not depend on it: how its records lie in
memory, how numbers, texts and times are written in them, and which record each command is.
"""
