"""What ``kodcode dedup`` is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.decontamination.code_words import CODE_NORMALISATION, code_words
from kodcode_hub.decontamination.duplicates import DEFAULT_THRESHOLD
from kodcode_hub.decontamination.minhash import NUM_PERM, SCHEME, SEED
from kodcode_hub.decontamination.semantic import DEFAULT_COSINE
from kodcode_hub.decontamination.shingles import NORMALISATION
from kodcode_hub.files.signature_file import SignatureScheme


@dataclass(frozen=True, slots=True)
class DedupSettings:
    """How rows are compared, and with which."""

    column: str = "question"
    threshold: float = DEFAULT_THRESHOLD
    against: tuple[Path | str, ...] = ()
    """Files of rows that count as kept and earlier."""
    exact: bool = False
    """All pairs instead of those of the index."""
    code: bool = False
    """The column holds Python code."""
    semantic: Path | None = None
    """Folder of an embedding model, by which rows that stay are compared too."""
    cosine: float = DEFAULT_COSINE
    """From which two rows repeat each other by that model."""

    @property
    def scheme(self) -> SignatureScheme:
        """How signatures are made."""
        normalisation = f"{CODE_NORMALISATION}+{NORMALISATION}" if self.code else NORMALISATION
        return SignatureScheme(SCHEME, SEED, NUM_PERM, normalisation)

    @property
    def method(self) -> str:
        """How pairs to be compared are found, for people to read."""
        return "exact join (prefix filtering)" if self.exact else f"MinHash LSH ({SCHEME}, {NUM_PERM} permutations)"

    def normalised(self, texts: list[str]) -> list[str]:
        """The texts whose shingles are compared."""
        return [code_words(text) for text in texts] if self.code else texts


@dataclass(frozen=True, slots=True)
class DedupOutputs:
    """The files that are written; all appear together at the end."""

    rows: Path | str
    """``-``, pipes and devices get the rows as JSON Lines."""
    pairs: Path | str | None = None
    report: Path | None = None
    signatures: Path | None = None
