"""What each end of the bridge decides for itself; these are the defaults, which allow everything."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from . import names
from .faults import FOREIGN_OUTCOME, ForeignOutcome
from .wire import Malformed

if TYPE_CHECKING:
    from .values import Writer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


class Policy:
    """Overridden by the two ends."""

    module = ""
    """The module that mirrors of the other side's classes and functions claim to be of."""
    tells_members = False
    """Whether descriptions of classes list functions and properties."""
    tells_signatures = False
    """Whether descriptions hold texts, parameters and annotations."""

    def found(self, name: str) -> Any:
        """What Python has under a name that the other side gave."""
        if name == FOREIGN_OUTCOME:
            return ForeignOutcome
        try:
            value = names.find(name)
        except LookupError:
            raise Malformed(f"the name {name[:100]!r}") from None
        if not self.may_come_by_name(name, value):
            raise Malformed(f"the name {name[:100]!r}")
        return value

    def news(self) -> dict[str, Any]:
        """What to tell with the next message."""
        return {}

    def heed(self, news: dict[str, Any]) -> None:
        """Take in what the other side tells by the way."""

    def is_own(self, kind: type) -> bool:
        """Whether a class is of the program under test rather than of Python."""
        return not names.is_pythons(kind.__module__)

    def lets_judge(self, mirror: type) -> bool:
        """Whether objects of this mirror class may answer comparisons themselves."""
        return True

    def may_meet_values(self, mirror: type) -> bool:
        """Whether they may do so beside values that are no handles."""
        return True

    def may_leave_by_name(self, name: str, value: Any) -> bool:
        return True

    def may_come_by_name(self, name: str, value: Any) -> bool:
        return True

    def may_be_raised(self, kind: type) -> bool:
        return True

    def check_may_leave(self, value: Any) -> None:
        """Raises TypeError for what is never given to the other side."""

    def describe_value_of_own_class(self, writer: Writer, value: Any) -> list[Any] | None:
        return None

    def plain(self, handle: Any, base: str) -> Any:
        """The built-in value of a handle whose class derives from the built-in type of that name."""
        raise NotImplementedError

    def as_raised_here(self, error: BaseException) -> BaseException:
        """What is raised here for an exception of the other side."""
        return error
