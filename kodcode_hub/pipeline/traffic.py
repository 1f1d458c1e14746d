"""What goes over to the servers and comes back: counted as it happens, so that nobody has to ask the ledger."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import astuple, dataclass, field
from typing import Generic, TypeVar

from kodcode_hub.endpoints.protocol import Completion, DeadLetter
from kodcode_hub.ledger.figures import ByModel, RequestFigures

_RECENT = 256
_SAMPLES = 256
Name = TypeVar("Name", bound=Hashable)


@dataclass(slots=True)
class StepTraffic:
    """One step in this start: what the time left is estimated from."""

    settled: int = 0
    """Requests that have their reply or died, whether just now or in an earlier start."""
    recalled: int = 0
    """Those of them that the ledger knew."""
    known: int = 0
    """Settled by earlier starts, of the models that are asked now."""
    _were_known: deque[bool] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def settle(self, *, recalled: bool) -> None:
        """One more has its reply or died."""
        self.settled += 1
        self.recalled += recalled
        self._were_known.append(recalled)

    def to_ask(self, to_come: float) -> float:
        """How many of ``to_come`` requests a server will have to answer; the ledger knows the others.

        What an earlier start has asked may be of no use now (another template, other seeds): it counts only in the
        share in which it is met.
        """
        if not self._were_known:
            return to_come
        share = sum(self._were_known) / len(self._were_known)
        return to_come - min(max(0, self.known - self.recalled), share * to_come)


@dataclass(slots=True)
class _Counts:
    """Like ``RequestFigures``, for adding to."""

    sent: int = 0
    delivered: int = 0
    dead: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Traffic:
    """Requests and tokens of all steps; what earlier starts have done is ``known``."""

    def __init__(self, known: ByModel | None = None) -> None:
        self._known = dict(known or {})
        self._now: dict[tuple[str, str], _Counts] = {}
        self._steps: dict[str, StepTraffic] = {}
        self._met: set[tuple[str, str]] = set()
        self._under_way = 0
        total = sum(self._known.values(), RequestFigures())
        self._tokens = total.prompt_tokens + total.completion_tokens

    def begin(self) -> None:
        """A request goes out."""
        self._under_way += 1

    def end(self, step: str, model: str, reply: Completion | DeadLetter | None) -> None:
        """A request is no longer under way; ``reply`` is None where it was given up."""
        self._under_way -= 1
        if reply is None:
            return
        self.step(step).settle(recalled=False)
        counts = self._now.setdefault((step, model), _Counts())
        counts.sent += reply.tries
        if isinstance(reply, DeadLetter):
            counts.dead += 1
            return
        counts.delivered += 1
        counts.prompt_tokens += reply.prompt_tokens
        counts.completion_tokens += reply.completion_tokens
        self._tokens += reply.prompt_tokens + reply.completion_tokens

    def recall(self, step: str, model: str) -> None:
        """The ledger knew what became of a request."""
        if (step, model) not in self._met:
            # Only now is it certain that this model is the one that is asked.
            self._met.add((step, model))
            known = self._known.get((step, model), RequestFigures())
            self.step(step).known += known.delivered + known.dead
        self.step(step).settle(recalled=True)

    def step(self, step: str) -> StepTraffic:
        """One step in this start."""
        if step not in self._steps:
            self._steps[step] = StepTraffic()
        return self._steps[step]

    @property
    def recalled(self) -> int:
        """Requests of this start that the ledger knew."""
        return sum(step.recalled for step in self._steps.values())

    @property
    def total_tokens(self) -> int:
        """Prompt and completion tokens of all starts, as the servers count them."""
        return self._tokens

    @property
    def this_start_by_model(self) -> ByModel:
        """Requests and tokens since this start, by step and model."""
        return {key: RequestFigures(*astuple(counts)) for key, counts in self._now.items()}

    @property
    def this_start(self) -> RequestFigures:
        """Requests and tokens since this start."""
        return sum(self.this_start_by_model.values(), RequestFigures())

    @property
    def figures(self) -> ByModel:
        """Requests and tokens of all starts, by step and model."""
        now, nothing = self.this_start_by_model, RequestFigures()
        return {key: self._known.get(key, nothing) + now.get(key, nothing) for key in {**self._known, **now}}

    @property
    def under_way(self) -> int:
        """Requests that wait for their reply."""
        return self._under_way


class Window(Generic[Name]):
    """How fast counts grow: over the last ``seconds``, or since the first sample where that is less.

    Args:
        seconds: the length, at least.
        share: of the time since the first sample that the window is to cover, where that is more.
    """

    def __init__(self, seconds: float, *, share: float = 0.0) -> None:
        self._seconds = seconds
        self._share = share
        self._first: float | None = None
        self._samples: deque[tuple[float, Mapping[Name, float]]] = deque()

    def add(self, now: float, counts: Mapping[Name, float]) -> None:
        """Note where the counts stand."""
        self._first = now if self._first is None else self._first
        length = max(self._seconds, self._share * (now - self._first))
        if len(self._samples) > 1 and self._samples[-1][0] - self._samples[-2][0] < length / _SAMPLES:
            self._samples.pop()
        self._samples.append((now, counts))
        while len(self._samples) > 2 and self._samples[1][0] <= now - length:
            self._samples.popleft()

    def growth(self, name: Name) -> float:
        """Of one count, within the window."""
        return self._samples[-1][1].get(name, 0) - self._samples[0][1].get(name, 0) if self._samples else 0

    def per_second(self, name: Name) -> float:
        """Growth of one count; 0 where there are no two samples."""
        seconds = self._samples[-1][0] - self._samples[0][0] if self._samples else 0.0
        return self.growth(name) / seconds if seconds > 0 else 0.0
