"""English dates as the staff screens write them: 26 Nov 2026 00:19:04."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y H:i:s"
TIME_FORMAT = "H:i:s"
