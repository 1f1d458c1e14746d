"""The questions that one end of the bridge asks the other about its objects."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, cast

from . import functions, mirrors

if TYPE_CHECKING:
    from .peer import Peer

# The functions below look built-in names up in this copy, whatever a test makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


class Asking:
    """Each asks once, by ``request``, and gives the answer."""

    def request(self, operation: str, values: tuple[Any, ...]) -> Any:
        """Ask the other side and wait for its answer."""
        raise NotImplementedError

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any], *, awaited: bool = False) -> Any:
        flat = [part for pair in kwargs.items() for part in pair] if kwargs else ()
        return self.request("await_call" if awaited else "call", (number, len(args), *args, *flat))

    def get(self, owner: Any, name: str) -> Any:
        return self.request("get", (owner, name))

    def set(self, owner: Any, name: str, value: Any) -> None:
        self.request("set", (owner, name, value))

    def delete(self, owner: Any, name: str) -> None:
        self.request("del", (owner, name))

    def dir(self, owner: Any) -> list[str]:
        return [name for name in self.request("dir", (owner,)) if type(name) is str]

    def special(self, owner: Any, name: str, args: tuple[Any, ...]) -> Any:
        return self.request("special", (owner, name, *args))

    def awaitable(self, owner: Any) -> Any:
        return functions.make_coroutine(cast("Peer", self), mirrors.number_of(owner))
