"""The copy of every checkpoint outside the database: one text file that only grows, and that can be copied anywhere."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from disclosures.ledger.checkpoints import split_notes

TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """Checkpoints one after another, each followed by an empty line."""

    path: Path

    @classmethod
    def configured(cls) -> "CheckpointFile":
        return cls(Path(settings.CHECKPOINT_FILE))

    def notes(self) -> list[str]:
        """All checkpoints, in order, unread; none when there is no file yet."""
        try:
            return split_notes(self.path.read_text())
        except FileNotFoundError:
            return []

    def last(self) -> str | None:
        """The last checkpoint, unread, or None for no file or an empty one."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
                tail = file.read().decode(errors="replace")
        except FileNotFoundError:
            return None
        blocks = tail.removesuffix("\n\n").split("\n\n")
        return f"{blocks[-2]}\n\n{blocks[-1]}\n" if len(blocks) > 1 else (tail or None)

    def append(self, notes: Iterable[str]) -> None:
        """Adds checkpoints and waits until they are on the disk. Raises OSError; then the file may end mid-note."""
        made = not self.path.exists()
        if made:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            data = "".join(f"{note}\n" for note in notes).encode()
            if os.write(handle, data) != len(data):
                raise OSError("the checkpoint file took only a part")
            os.fsync(handle)
        finally:
            os.close(handle)
        if made:
            self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
