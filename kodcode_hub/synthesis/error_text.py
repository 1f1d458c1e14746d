"""Texts that are a server's trouble and no model's words: some gateways send them as the reply itself."""

from __future__ import annotations

import re

_ERROR = re.compile(
    r"""\A[\s`*]*(?:
        <!doctype\ html | <html\b                                    # a proxy's page
      | \{\s*"(?:error|errors|detail|error_type)"\s*:                # an error's JSON
      | (?:http\s+)?(?:error|status)\s*:?\s*[45]\d\d\b | [45]\d\d\s+(?:client|server)?\s*error\b
      | error\s*: | exception\s*:
      | internal\ server\ error | bad\ gateway | service\ (?:temporarily\ )?unavailable | gateway\ time-?out
      | too\ many\ requests | rate\ limit\ (?:exceeded|reached) | model\ is\ overloaded
      | upstream\ (?:connect\ error|request\ timeout) | no\ healthy\ upstream | request\ failed\ during\ generation
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_error_text(text: str) -> bool:
    """Whether ``text`` begins as an error message, an error's JSON or a proxy's page does."""
    return _ERROR.match(text) is not None
