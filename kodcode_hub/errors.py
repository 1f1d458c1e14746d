"""Every error this package raises on purpose, and the exit code the command line gives it.

    KodcodeError
    ├── UsageError            2  wrong options, or options that do not go together
    │   ├── InputError        2  a file or row that cannot be read: missing, malformed, a column or id that is not there
    │   └── RunFolderError    2  a run folder that cannot be written, is in use, or is of another version
    ├── ServiceError          3  something outside failed
    │   ├── EndpointError     3  an LLM server: unreachable, refused our credentials, stopped the run
    │   └── HubError          3  the Hugging Face Hub
    ├── RefusedError          1  nothing was changed on the Hub, because somebody else changed it first
    └── SandboxError          3  the sandbox itself broke; never a verdict on the code it ran
        ├── InterpreterError  2  the Python for trials does not start or lacks pytest (a UsageError too)
        └── IsolationError    2  trials cannot be isolated as was asked for (a UsageError too)

A message says what was found, where, and what to do next.
"""


class KodcodeError(Exception):
    """Base of all errors raised on purpose; ``exit_code`` is that of the command line."""

    exit_code = 3


class UsageError(KodcodeError):
    """Wrong usage: an option or a combination of options that makes no sense."""

    exit_code = 2


class InputError(UsageError):
    """Unreadable input; the message names the file and, where there is one, the row."""


class RunFolderError(UsageError):
    """The run folder cannot be used: not writable, in use, not a run folder, or of another version."""


class ServiceError(KodcodeError):
    """An outside service failed."""


class EndpointError(ServiceError):
    """An LLM server cannot be used at all (single failed requests become dead letters instead)."""


class HubError(ServiceError):
    """The Hugging Face Hub failed or refused."""


class RefusedError(KodcodeError):
    """Another writer was faster: nothing was changed, and the message says what is there now."""

    exit_code = 1


class SandboxError(KodcodeError):
    """The sandbox itself broke. Never counted as a failed trial."""


class InterpreterError(SandboxError, UsageError):
    """The Python for trials is missing, does not start, or lacks pytest or coverage; the message says what to do."""

    exit_code = 2


class IsolationError(SandboxError, UsageError):
    """This machine cannot isolate trials as was asked for; the message says what was found and what to do."""

    exit_code = 2
