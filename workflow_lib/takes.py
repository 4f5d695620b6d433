"""The take store: paid results by fingerprint, beside the projects that they serve; nothing here deletes one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import files, histories, locking
from workflow_lib.errors import BadMedia, WorkflowError
from workflow_lib.journal import Event, Journal
from workflow_lib.ledger import Attempt, Ledger
from workflow_lib.locking import Busy, Hold

_CHUNK = 1 << 30
_CANNOT_SHARE = {errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


@dataclass(frozen=True, slots=True)
class Take:
    """One finished result: where it lies, and the submission that it came from."""

    path: Path
    attempt: Attempt


class Store:
    """The takes and the journal in `folder` (`projects/.takes`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal(folder)

    def ledger(self) -> Ledger:
        """What the journal says at this moment."""
        return histories.ledger(self.journal)

    @contextlib.contextmanager
    def alone(self, fingerprint: str, *, wait: bool = True) -> Iterator[Hold]:
        """Let one process at a time deal with a request; another waits, and finds the take.

        Raises:
            Busy: somebody deals with it, and `wait` is not set.
        """
        folder = self.folder / "locks"
        with files.writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with locking.held(folder / f"{fingerprint}.lock", wait=wait) as hold:
            yield hold

    def claim(self, fingerprint: str, number: int) -> bool:
        """Claim the right to send submission `number` of a request, counted from 0; False when it was claimed before.

        On a disk that several hosts use: a host that was given up for dead and wakes up, or one that was shown an old
        journal, finds the claim of its successor. Elsewhere the kernel's lock is enough.
        """
        if not locking.is_shared(self.folder / "locks"):
            return True
        path = self.folder / "locks" / f"{fingerprint}.sent-{number}"
        with files.writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
            except FileExistsError:
                return False
        return True

    def void(self, attempt: Attempt) -> bool:
        """See to it that a submission that was meant is never sent; False when it may have been, or still may be.

        Only where the right to send it is claimed, on a disk that several hosts use, can that be told.
        """
        if attempt.claim is None or attempt.operation is not None or not locking.is_shared(self.folder / "locks"):
            return False
        return self.claim(attempt.fingerprint, attempt.claim)

    @contextlib.contextmanager
    def settling(self, attempt: Attempt, label: str) -> Iterator[None]:
        """Keep runs away from a submission while the user settles it: what they write down later would not count.

        Raises:
            WorkflowError: a run deals with it at this moment, or has just done so; `label` is what messages call it.
        """
        try:
            with self.alone(attempt.fingerprint, wait=False):
                if self.ledger().attempt(attempt.id) != attempt:
                    raise WorkflowError(f"{label} went on meanwhile; look at it again")
                # A host that sleeps must not send it when it wakes up.
                self.void(attempt)
                yield
        except Busy:
            what = f"{label} is being bought by a run at this moment; wait for that run, or stop it first"
            raise WorkflowError(what) from None

    def path(self, fingerprint: str, suffix: str = ".mp4") -> Path:
        """Where the take of a request lies."""
        return self.folder / f"{fingerprint}{suffix}"

    def find(self, fingerprint: str, ledger: Ledger) -> Take | None:
        """The take of a request, if it was paid for and is here.

        Raises:
            BadMedia: it is here, and its bytes are not those that were stored.
        """
        attempt = ledger.stored(fingerprint)
        if attempt is None or not attempt.file:
            return None
        path = self.folder / attempt.file
        if not path.is_file():
            return None
        if path.stat().st_size != attempt.size or files.sha256_file(path) != attempt.sha256:
            raise BadMedia(
                f"{path}, a paid take, was changed or is damaged; put it back from a copy, "
                f"or move it away to have it fetched again"
            )
        return Take(path, attempt)

    def tidy(self, attempts: Iterable[Attempt]) -> None:
        """Remove what killed workers have left of `attempts`: room, half a download. For who holds their request."""
        for attempt in attempts:
            self.journal.give_room_back(attempt.id)
            for torn in self.folder.glob(f"*{attempt.id}.part*"):
                torn.unlink(missing_ok=True)

    def write_notes(self, attempt: str, fingerprint: str, notes: Mapping[str, object]) -> None:
        """Keep what came with a result beside the take that it is to become; before that, so that a kill loses none.

        Raises:
            OutOfSpace: the disk is full; the operation can be resumed.
        """
        files.write_json(self.notes_path(fingerprint), {"attempt": attempt, "notes": notes})

    def catch(self, attempt: str, fingerprint: str, data: bytes, suffix: str) -> None:
        """Keep a result that may be had only once, before anything else happens; it is adopted, or put there again.

        Raises:
            OutOfSpace: the disk is full.
        """
        temporary = self.folder / f"{attempt}.part{suffix}"
        with files.writing(temporary):
            temporary.write_bytes(data)
        self._move(temporary, self.path(fingerprint, suffix))

    def notes(self, take: Take) -> Mapping[str, object]:
        """What came with a take; empty when nothing did, or it is lost, or it is another submission's."""
        kept = files.read_json(self.notes_path(take.attempt.fingerprint))
        notes = kept.get("notes")
        return notes if kept.get("attempt") == take.attempt.id and isinstance(notes, dict) else {}

    def notes_path(self, fingerprint: str) -> Path:
        """Where the notes of a take lie."""
        return self.folder / f"{fingerprint}.json"

    def put(self, attempt: Attempt, finished: Path, **charged: float | str | None) -> Take:
        """Move `finished` into the store as the take of `attempt`.

        `charged`: `usd` and `units`, where they are known, and `over_at`, when it was over at the provider.

        Raises:
            OutOfSpace: the disk is full; the operation can be resumed.
        """
        path = self.path(attempt.fingerprint, finished.suffix)
        event = _stored(attempt, path, finished, **charged)
        if attempt.state == "stored":
            # Fetched again, perhaps with other bytes: a kill in between must leave no file that looks damaged.
            self.journal.add(event)
            self._move(finished, path)
        else:
            # A kill in between leaves a file that the next run adopts.
            self._move(finished, path)
            self.journal.add(event)
        stored = self.ledger().attempt(attempt.id)
        return Take(path, stored or attempt)

    def _move(self, finished: Path, path: Path) -> None:
        with files.writing(path):
            # Hard to overwrite by accident, because it cannot be had again for free.
            finished.chmod(0o444)
            files.flush(finished)
            finished.replace(path)
            files.flush(self.folder)


def _stored(attempt: Attempt, path: Path, finished: Path, **charged: float | str | None) -> Event:
    usd, units, over_at = charged.get("usd"), charged.get("units"), charged.get("over_at")
    return attempt.event(
        "stored",
        file=path.name,
        sha256=files.sha256_file(finished),
        size=finished.stat().st_size,
        usd=float(usd) if usd is not None else None,
        units=str(units) if units is not None else None,
        over_at=str(over_at) if over_at is not None else None,
    )


def copy(take: Path, target: Path) -> None:
    """Give `target` the bytes of a take: a copy, which shares the disk's blocks where the file system can.

    Never a link: a program that writes into `target` must not reach the paid take.
    """
    target.unlink(missing_ok=True)
    with files.writing(target), take.open("rb") as source, target.open("wb") as sink:
        try:
            while os.copy_file_range(source.fileno(), sink.fileno(), _CHUNK):
                pass
        except OSError as error:
            if error.errno not in _CANNOT_SHARE:
                raise
            source.seek(0)
            sink.seek(0)
            shutil.copyfileobj(source, sink)


class Stores:
    """The stores of a run, each journal read once."""

    def __init__(self) -> None:
        self._known: dict[Path, Ledger] = {}

    def ledger(self, folder: Path) -> Ledger:
        """The ledger of the store in `folder`, as it was when it was first asked for."""
        if folder not in self._known:
            self._known[folder] = Store(folder).ledger()
        return self._known[folder]
