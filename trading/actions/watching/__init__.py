"""Watching what others do to a server: noticed, judged, attributed, alerted."""
