"""One fault of a file that a clerk can mend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a rulebook file: the key, and what is wrong and allowed, in Chinese."""

    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key}：{self.text}" if self.key else self.text
