"""Lists of the market that can be downloaded; each download is told to the log."""

from backoffice.ui.shapes import ListPage
from trading.actions import exporting


class TakenList(ListPage):
    """A list with a file: `file_heads`, `file_name` and `file_row` say what stands in it."""

    def note_file(self, rows: int, narrowed: str) -> None:
        """Tell the log who took what."""
        actor = self.request.user.actor
        exporting.note_export(
            name=self.file_name, rows=rows, narrowed=narrowed, actor=actor, now=self.now
        )
