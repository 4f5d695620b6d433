"""What was bought, by whom, at which price, and how much of it ran at once."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, Literal

from .faults import FATES, Fault, Faults
from .settings import Settings

MOST_OPERATIONS = 5000

State = Literal["running", "success", "failed", "filtered", "cancelled"]


class Full(Exception):
    """The emulator holds as many operations as it ever will."""


@dataclass(frozen=True, slots=True)
class Film:
    """What a result looks like: size in pixels, seconds, with sound or without."""

    width: int
    height: int
    duration_s: float
    sound: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A paid request that the provider takes; `digest` is the same for requests with the same result."""

    provider: str
    account: str
    model: str
    prompt: str
    digest: str
    usd: float
    film: Film | None = None
    count: int = 1


@dataclass(slots=True)
class Operation:
    """An order that was accepted; its state follows from the clock."""

    order: Order
    id: str
    number: int
    started: float
    ends: float
    outcome: State = "success"
    shape: str = ""
    signatures: list[str] = field(default_factory=lambda: [secrets.token_hex(16)])
    facts: dict[str, Any] = field(default_factory=dict)
    settled: bool = False

    @property
    def state(self) -> State:
        """Running until its time is over, then what it was meant to become."""
        return "running" if time.time() < self.ends else self.outcome

    @property
    def progress(self) -> float:
        """How much of its time is over, 0 to 1."""
        if time.time() >= self.ends:
            return 1.0
        return 0.5 if math.isinf(self.ends) else (time.time() - self.started) / (self.ends - self.started)


def digest_of(**determining: object) -> str:
    """The fingerprint of all that determines a result."""
    return hashlib.sha256(json.dumps(determining, sort_keys=True).encode()).hexdigest()


def account_of(key: str) -> str:
    """An account's name, from which its key cannot be read."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


@dataclass(slots=True)
class Window:
    """A limit of so many calls in so many seconds."""

    most: int
    seconds: float
    calls: dict[str, deque[float]] = field(default_factory=dict)

    def full(self, who: str) -> bool:
        """Whether `who` has no call left now; if there is one, it is used."""
        now = time.monotonic()
        recent = self.calls.setdefault(who, deque(maxlen=self.most))
        while recent and recent[0] <= now - self.seconds:
            recent.popleft()
        if len(recent) >= self.most:
            return True
        recent.append(now)
        return False


class Books:
    """Every accepted order and every call, counted."""

    def __init__(self, settings: Settings, faults: Faults) -> None:
        self.settings = settings
        self.faults = faults
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.operations: dict[str, Operation] = {}
        self.credits = 10_000.0
        self.creates_seen: Counter[str] = Counter()
        self.polls: Counter[str] = Counter()
        self.uploads: Counter[str] = Counter()
        self.downloads: Counter[str] = Counter()
        self.leaked_keys = 0
        self.told: list[dict[str, Any]] = []
        self.untold: list[dict[str, Any]] = []
        self.finishes = 0
        self.most_at_once: dict[str, int] = {}
        self.most_by_account: dict[str, dict[str, int]] = {}

    def accept(self, order: Order, identity: str, real_s: float | None = None) -> Operation:
        """Take an order and its money; what becomes of it is settled here.

        Raises:
            Full: there are too many operations already.
        """
        if len(self.operations) >= MOST_OPERATIONS:
            raise Full
        fate = self.faults.take(order.provider, order.prompt, FATES)
        now = time.time()
        operation = Operation(
            order=order,
            id=identity,
            number=len(self.operations) + 1,
            started=now,
            ends=now + self._lasts(fate, real_s),
            outcome=self._outcome(fate),
            shape=fate.shape if fate else "",
        )
        self.operations[identity] = operation
        self._note_most(order)
        return operation

    def _lasts(self, fate: Fault | None, real_s: float | None) -> float:
        if fate and fate.at == "never":
            return math.inf
        factor = fate.factor if fate and fate.at == "slow" else 1.0
        return factor * self.settings.seconds(self.settings.operation_s if real_s is None else real_s)

    @staticmethod
    def _outcome(fate: Fault | None) -> State:
        if fate and fate.at == "failed":
            return "failed"
        return "filtered" if fate and fate.at == "filtered" else "success"

    def _note_most(self, order: Order) -> None:
        provider = order.provider
        self.most_at_once[provider] = max(self.most_at_once.get(provider, 0), self.in_flight(provider))
        accounts = self.most_by_account.setdefault(provider, {})
        accounts[order.account] = max(accounts.get(order.account, 0), self.in_flight(provider, order.account))

    def in_flight(self, provider: str, account: str | None = None) -> int:
        """How many operations of a provider run now, of one account or of all."""
        return sum(
            operation.state == "running"
            for operation in self.operations.values()
            if operation.order.provider == provider and account in (None, operation.order.account)
        )

    def finish(self) -> int:
        """End what runs, and what follows it, now; how many that were."""
        self.finishes += 1
        running = [operation for operation in self.operations.values() if operation.state == "running"]
        for operation in running:
            self.end(operation)
        for operation in self.operations.values():
            operation.settled = True
        return len(running)

    @staticmethod
    def end(operation: Operation) -> None:
        """End an operation, now."""
        operation.ends = time.time()

    def report(self) -> dict[str, Any]:
        """All that was counted, as JSON."""
        orders = [operation.order for operation in self.operations.values()]
        counts = Counter(order.provider for order in orders)
        usd: dict[str, float] = {}
        for order in orders:
            usd[order.provider] = usd.get(order.provider, 0.0) + order.usd
        return {
            "submissions": [_line(operation) for operation in self.operations.values()],
            "counts": dict(counts),
            "creates_seen": dict(self.creates_seen),
            "in_flight": {provider: self.in_flight(provider) for provider in counts},
            "max_in_flight": self.most_at_once,
            "max_in_flight_by_account": self.most_by_account,
            "usd": round(sum(order.usd for order in orders), 6),
            "usd_by_provider": {provider: round(total, 6) for provider, total in usd.items()},
            "polls": dict(self.polls),
            "uploads": dict(self.uploads),
            "downloads": dict(self.downloads),
            "leaked_keys": self.leaked_keys,
            "told": self.told,
            "untold": self.untold,
            "faults_left": len(self.faults.waiting),
        }


def _line(operation: Operation) -> dict[str, Any]:
    order = operation.order
    return {
        "provider": order.provider,
        "id": operation.id,
        "number": operation.number,
        "model": order.model,
        "account": order.account,
        "prompt": order.prompt,
        "digest": order.digest,
        "usd": order.usd,
        "at": operation.started,
        "state": operation.state,
    }
