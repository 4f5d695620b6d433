"""Find out what became of a submission whose answer got lost: by the provider's history, else by the user."""

from __future__ import annotations

import time

from workflow_lib.errors import OutcomeUnknown, Refused, RetryLater
from workflow_lib.generate import submit
from workflow_lib.generate.desk import Desk, Purchase, jittered
from workflow_lib.generate.watch import age_s
from workflow_lib.ledger import Attempt
from workflow_lib.providers import access
from workflow_lib.providers.base import Remembering


def settled(attempt: Attempt, purchase: Purchase, desk: Desk) -> Attempt | None:
    """The submission with the id that it was given; None when nothing will come of it, and it may be sent again.

    Raises:
        OutcomeUnknown: nobody can tell; says what the user does.
        MissingKey, Refused: the provider cannot be asked.
    """
    try:
        operation = _found(attempt, purchase, desk)
    except OutcomeUnknown as error:
        if desk.settings.on_unknown == "resubmit":
            desk.store.journal.add(attempt.event("lost", reason="on_unknown: resubmit"))
            return None
        why = f"{error}; " if str(error) else ""
        raise OutcomeUnknown(f"{why}{submit.unknown_text(purchase, attempt.at)}") from error
    if operation is None:
        desk.tell.say(f"what was sent at {attempt.at[:19]}Z never arrived")
        desk.store.journal.add(attempt.event("refused", reason="it is not in the provider's history"))
        return None
    desk.store.journal.add(attempt.event("submitted", operation=operation))
    return desk.store.ledger().attempt(attempt.id)


def _found(attempt: Attempt, purchase: Purchase, desk: Desk) -> str | None:
    """The id of the operation; asked for until the provider can tell, as long as a run waits for a clip."""
    if not access.remembers(purchase.request.backend):
        raise OutcomeUnknown
    provider = desk.provider(purchase.request, attempt.base_url or None)
    if not isinstance(provider, Remembering):
        raise OutcomeUnknown
    known = [other.operation for other in desk.store.ledger().attempts() if other.operation]
    deadline = time.monotonic() + desk.settings.clip_timeout_s
    first_s, longest_s = desk.settings.poll_waits(purchase.request.backend)
    while True:
        try:
            return provider.find(attempt.request, age_s(attempt), known)
        except RetryLater as error:
            wait_s = jittered(max(first_s, min(error.after_s or 0.0, longest_s)))
            if time.monotonic() + wait_s > deadline:
                raise OutcomeUnknown(str(error)) from error
            desk.tell.stage("asking what became of it", 0, str(error))
            time.sleep(wait_s)
        except Refused as error:
            desk.run.stop(str(error))
            raise
