"""Free text → guesses. Pure, and never more than a guess: exact words act, guesses are offered.

Three recognisers, best first: homophones of the exact words (voice input
writes 查等及, 签成诺, 转人供), hand rules, a small naive Bayes on jieba
tokens. jieba and pypinyin are loaded by ``warm_up``; until then the rules
alone answer, and exact words always work.
"""

from __future__ import annotations

import math
import os
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from handlers.router import find, vocabulary
from handlers.turn import Audience, Guess
from handlers.words import normalise

#: longest text looked at, in characters; nobody asks for a service in more
_LONGEST = 120
#: guesses weaker than this are not offered
_WEAKEST = 0.12
#: guesses offered at most
_OFFERED = 3
#: words of jieba's dictionary that its corpus holds less often are left out
_COMMON = 10
#: the intent of what is none of our business
_ELSEWHERE = "其他"

_SAME_SOUND = 0.95
_SAME_SOUND_INSIDE = 0.75
_BEST_RULE, _NEXT_RULE = 0.9, 0.6
#: a probability is no certainty: a few phrases taught it
_BAYES_WEIGHT = 0.8

Tokens = Callable[[str], Sequence[str]]
Syllables = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Rule:
    intent: str
    groups: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]

    def holds(self, text: str) -> bool:
        return all(any(word in text for word in group) for group in self.groups) and not any(
            word in text for word in self.unless
        )


@dataclass(frozen=True, slots=True)
class _Lexicon:
    words: tuple[str, ...]
    rules: tuple[_Rule, ...]
    examples: Mapping[str, tuple[str, ...]]


class _Bayes:
    """Multinomial naive Bayes with equal priors; knows only words it was taught."""

    #: added to every count; small, since a phrase is only a few words
    SMOOTHING = 0.3

    def __init__(self, examples: Mapping[str, Iterable[str]], tokens: Tokens) -> None:
        counts = {
            intent: Counter(t for text in texts for t in tokens(text)) for intent, texts in examples.items()
        }
        self._known = frozenset(token for count in counts.values() for token in count)
        self._logs: dict[str, dict[str, float]] = {}
        self._rest: dict[str, float] = {}
        for intent, count in counts.items():
            total = count.total() + self.SMOOTHING * len(self._known)
            self._logs[intent] = {token: math.log((n + self.SMOOTHING) / total) for token, n in count.items()}
            self._rest[intent] = math.log(self.SMOOTHING / total)

    def probabilities(self, tokens: Iterable[str]) -> dict[str, float]:
        """Probability of each intent; empty where no word is known."""
        known = [token for token in tokens if token in self._known]
        if not known:
            return {}
        logs = {
            i: sum(known_logs.get(t, self._rest[i]) for t in known) for i, known_logs in self._logs.items()
        }
        top = max(logs.values())
        weights = {intent: math.exp(log - top) for intent, log in logs.items()}
        total = sum(weights.values())
        return {intent: weight / total for intent, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class _Model:
    """What ``warm_up`` has loaded for one audience."""

    tokens: Tokens
    syllables: Syllables
    bayes: _Bayes
    #: sound of each exact word and alias → the word
    sounds: tuple[tuple[tuple[str, ...], str], ...]


_models: dict[Audience, _Model] = {}


def exact(text: str, audience: Audience = Audience.FIRM) -> bool:
    """Whether the text needs no understanding: an exact word, or a number for a choice."""
    plain = normalise(text)
    return not plain or plain.isdecimal() or find(plain, audience) is not None


def understand(text: str, audience: Audience = Audience.FIRM) -> tuple[Guess, ...]:
    """Up to three guesses, best first; empty where the text says nothing known."""
    plain = normalise(text)[:_LONGEST]
    if not plain:
        return ()
    scores: dict[str, float] = {}
    model = _models.get(audience)
    for recogniser in (_by_bayes, _by_rules, _by_sound):
        for intent, score in recogniser(plain, audience, model).items():
            scores[intent] = max(score, scores.get(intent, 0.0))
    best = sorted(scores.items(), key=lambda item: -item[1])
    if best and best[0][0] == _ELSEWHERE:
        return ()
    offered = [Guess(intent, score) for intent, score in best if score >= _WEAKEST and intent != _ELSEWHERE]
    return tuple(offered[:_OFFERED])


def warm_up(cache_dir: Path | None = None) -> None:
    """Load jieba with the domain's words, pypinyin and the examples; about a second, once.

    ``cache_dir`` is a private folder in which jieba may keep its parsed
    dictionary; it is read back with ``marshal``, so never a shared one.
    """
    tokens, add_word = _segmenter(cache_dir)
    syllables = _phonetics()
    for audience in (Audience.FIRM,):
        lexicon = _lexicon(audience)
        for word in lexicon.words:
            add_word(word)
        sounds = tuple((tuple(syllables(said)), word) for said, word in vocabulary(audience))
        _models[audience] = _Model(tokens, syllables, _Bayes(lexicon.examples, tokens), sounds)


@cache
def _lexicon(audience: Audience) -> _Lexicon:
    file = resources.files("handlers") / "lexicon" / f"{audience.value}.toml"
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    rules = (_Rule(r["intent"], tuple(map(tuple, r["all"])), tuple(r.get("none", ()))) for r in data["rules"])
    examples = {intent: tuple(table["examples"]) for intent, table in data["intents"].items()}
    return _Lexicon(tuple(data["words"]), tuple(rules), examples)


def _segmenter(cache_dir: Path | None) -> tuple[Tokens, Callable[[str], object]]:
    """A jieba of our own, so that nobody else's words or files come in."""
    # jieba 0.42.1 has invalid escapes and imports pkg_resources; neither is ours to mend
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel("WARNING")
    with TemporaryDirectory(prefix="xinshi-jieba-") as own:
        folder = cache_dir or Path(own)
        words = folder / "words.txt"
        if not words.exists():
            _write_common_words(jieba.Tokenizer().get_dict_file(), words)
        segmenter = jieba.Tokenizer(str(words))
        segmenter.tmp_dir, segmenter.cache_file = str(folder), "jieba.cache"
        segmenter.initialize()
    return segmenter.lcut_for_search, segmenter.add_word


def _write_common_words(dictionary: IO[bytes], path: Path) -> None:
    """The lines ``word frequency kind`` of common words. The rare two thirds take 40 MB and tell intents apart no better."""
    with dictionary, path.open("wb") as common:
        common.writelines(line for line in dictionary if int(line.split(b" ", 2)[1]) >= _COMMON)


def _phonetics() -> Syllables:
    # both sides of a comparison are read sign by sign: readings by phrase are 40 MB that change nothing
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    def syllables(text: str) -> list[str]:
        return [_blurred(syllable) for syllable in lazy_pinyin(text)]

    return syllables


def _blurred(syllable: str) -> str:
    """A syllable as many speakers say it: zh as z, ing as in."""
    for heard, written in (("z", "zh"), ("c", "ch"), ("s", "sh")):
        if syllable.startswith(written):
            syllable = heard + syllable[2:]
    return syllable[:-1] if syllable.endswith(("ing", "eng", "ang")) else syllable


def _by_sound(text: str, audience: Audience, model: _Model | None) -> dict[str, float]:
    if model is None:
        return {}
    heard = tuple(model.syllables(text))
    scores: dict[str, float] = {}
    for sound, word in model.sounds:
        if heard == sound:
            score = _SAME_SOUND
        elif len(sound) > 1 and any(heard[i : i + len(sound)] == sound for i in range(len(heard))):
            score = _SAME_SOUND_INSIDE
        else:
            continue
        scores[word] = max(score, scores.get(word, 0.0))
    return scores


def _by_rules(text: str, audience: Audience, model: _Model | None) -> dict[str, float]:
    hits = [rule.intent for rule in _lexicon(audience).rules if rule.holds(text)]
    return dict.fromkeys(hits[1:], _NEXT_RULE) | dict.fromkeys(hits[:1], _BEST_RULE)


def _by_bayes(text: str, audience: Audience, model: _Model | None) -> dict[str, float]:
    if model is None:
        return {}
    found = model.bayes.probabilities(model.tokens(text))
    return {intent: _BAYES_WEIGHT * probability for intent, probability in found.items()}
