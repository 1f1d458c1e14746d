"""What went wrong between us and the Hub, as our exceptions with advice; and which calls are worth another try.

Depends on nothing but the attribute ``response`` that the errors of all generations of ``huggingface_hub`` carry,
and on the classes in ``huggingface_hub.errors`` that all of them have.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from kodcode_hub.errors import HubError

T = TypeVar("T")

STALE_PARENT = 412
NOT_FOUND = 404
CONFLICT = 409

_WAITS_S = (0.2, 1.0, 3.0)
_ENOUGH_S = 15.0
"""``huggingface_hub`` tries some calls again by itself, for 23 seconds in all; such a call is not repeated."""
_PASSING = frozenset({408, 425, 429})
_SERVER_ERROR = 500
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class LostAnswerError(HubError):
    """No answer came that could be understood: what was asked for may have happened or not."""


def ask_hub(call: Callable[[], T], doing: str) -> T:
    """Call something that may be asked twice, and ask again after a failure that may pass.

    Args:
        call: asks the Hub.
        doing: what for, to follow "cannot" in a message.

    Raises:
        HubError: it failed for good; ``__cause__`` is the error of the client.
    """
    started = time.monotonic()
    for wait_s in (*_WAITS_S, None):
        try:
            return call()
        except Exception as error:
            if wait_s is None or not may_pass(error) or time.monotonic() - started > _ENOUGH_S:
                raise hub_error(error, doing) from error
            time.sleep(wait_s)
    raise AssertionError("the last round returns or raises")


def may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed later: no answer, a broken one, or a server that says so itself."""
    from huggingface_hub.errors import HFValidationError, OfflineModeIsEnabled

    status = status_of(error)
    if status is not None:
        return status in _PASSING or status >= _SERVER_ERROR
    return not any(isinstance(each, OfflineModeIsEnabled | HFValidationError | HubError) for each in _chain(error))


def status_of(error: BaseException) -> int | None:
    """The HTTP status that the Hub answered with; None where no answer came."""
    for each in _chain(error):
        status = getattr(getattr(each, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
    return None


def hub_error(error: BaseException, doing: str) -> HubError:
    """The error of the client as ours: what could not be done, why, and what to do next."""
    kind = LostAnswerError if may_pass(error) else HubError
    return kind(f"cannot {doing}: {_reason(error)}; {_advice(error)}")


def _reason(error: BaseException) -> str:
    """In the words of the Hub where it said something, else in those of the client."""
    said = next((said for each in _chain(error) if (said := getattr(each, "server_message", None))), None)
    status = status_of(error)
    text = " ".join(str(said or error).split())[:300].rstrip(".") or type(error).__name__
    return f"the Hub answered {status}, {text}" if said and status else text


def _advice(error: BaseException) -> str:
    from huggingface_hub.errors import OfflineModeIsEnabled

    if any(isinstance(each, OfflineModeIsEnabled) for each in _chain(error)):
        return "unset HF_HUB_OFFLINE to reach the Hub"
    if any(isinstance(each, OSError) and each.errno in _DISK_FULL for each in _chain(error)):
        return "free some space on this disk, or set TMPDIR and HF_HOME to another one"
    match status_of(error):
        case 401:
            return "set HF_TOKEN to a valid token (or run hf auth login), and check the repository's name"
        case 403:
            return "use a token that may write to this repository, or --pr for a pull request"
        case 404:
            return "check the name of the repository and the revision, and set HF_TOKEN if it is private"
        case 429:
            return "the Hub asks for fewer requests: try again in some minutes"
        case None:
            return "check the network and HF_ENDPOINT, and try again"
        case status if status >= _SERVER_ERROR:
            return "the Hub has a problem of its own: try again later"
        case _:
            return "the Hub refused it"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
