"""The reader shows everything that a rulebook says, with its source, in Chinese."""

from __future__ import annotations

import re

import pytest

from domain.rules.rulebook import Rulebook, cited_parts
from domain.rules.rulebook_reader import Entry, narrowed, read, unverified
from storage.rulebook_files import load_rulebook, shipped_rulebooks

_KEY_WORD = re.compile(r"[a-z]{3,}(_[a-z]+)*")


@pytest.fixture(params=shipped_rulebooks())
def rulebook(request: pytest.FixtureRequest) -> Rulebook:
    return load_rulebook(request.param)


def entries(rulebook: Rulebook) -> list[Entry]:
    return [entry for section in read(rulebook) for entry in section.entries]


def test_every_cited_value_stands_in_the_reader_with_its_source_and_mark(rulebook: Rulebook) -> None:
    shown = {entry.key: entry for entry in entries(rulebook)}
    for key, part in cited_parts(rulebook):
        entry = shown[key]
        assert (entry.clause, entry.law, entry.article) == (part.clause, part.law, part.article)
        assert (entry.verified, entry.note) == (part.verified, part.note)


def test_every_entry_has_a_place_of_its_own(rulebook: Rulebook) -> None:
    anchors = [entry.anchor for entry in entries(rulebook)]
    assert len(anchors) == len(set(anchors))
    assert all(re.fullmatch(r"r-[A-Za-z0-9_]+", anchor) for anchor in anchors)


def test_names_and_words_of_the_file_are_put_into_chinese(rulebook: Rulebook) -> None:
    """A field that somebody adds to the rules needs a name here; a letter or an address may stay as it is."""
    for entry in entries(rulebook):
        for label, value in entry.values:
            assert not _KEY_WORD.fullmatch(label), f"{entry.key}: {label} has no name"
            if label not in ("网址", "全文"):
                assert not _KEY_WORD.fullmatch(value), f"{entry.key}: {label} says {value}"


@pytest.mark.clause("S3-32")
def test_measures_say_who_does_what_on_what_basis_and_how_firmly(rulebook: Rulebook) -> None:
    found = next(section for section in read(rulebook) if section.id == "measures")
    for entry in found.entries:
        assert {"适用等级", "对象", "内容", "力度", "实施主体", "政策依据", "实施期限"} <= dict(
            entry.values
        ).keys()


def test_what_is_unverified_is_the_list_of_the_rulebook(rulebook: Rulebook) -> None:
    listed = {each.key for each in rulebook.unverified()}
    assert {entry.key for entry in unverified(read(rulebook))} == listed


def test_a_search_finds_what_says_the_words_wherever_they_stand(rulebook: Rulebook) -> None:
    whole = read(rulebook)
    entry = whole[0].entries[0]
    by_clause = narrowed(whole, words=entry.clause.lower())
    assert entry.key in {found.key for section in by_clause for found in section.entries}
    assert narrowed(whole, words="没有这样的词") == ()
    only = narrowed(whole, unverified_only=True)
    assert all(not found.verified for section in only for found in section.entries)
