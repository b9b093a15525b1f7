"""草稿: what was typed on a page is kept until it is sent, for thirty days at most.

A form that was sent leaves only its one-time number behind, so that pressing
twice files once. Files wait with the draft; who lets go of a draft lets go of
its files too: the nightly sweep deletes what no row refers to.
"""

from __future__ import annotations

from dataclasses import replace

from domain.errors import Refused
from domain.model.draft import Draft, HeldFile
from domain.model.person import Person
from domain.ports import UnitOfWork
from domain.services.work import Work

#: files that wait with one form; more are sent when it is a case
MOST_FILES = 9
#: so many one-time numbers of a form are remembered
_REMEMBERED = 5

TOO_MANY = f"一次最多{MOST_FILES}份材料，“{{name}}”没有收。提交以后还可以再加。"


def find(work: Work, person_id: int, form: str) -> Draft:
    """The draft of a form as it stands; an empty one where nothing was written."""
    return work.uow.drafts.get(person_id, form) or Draft(person_id, form, work.now)


def of_person(work: Work, person_id: int) -> list[Draft]:
    """What a person began and did not send, the latest first; ``path`` leads back to each."""
    return [draft for draft in work.uow.drafts.of_person(person_id) if draft.waits]


def keep(work: Work, person_id: int, form: str, *, title: str, path: str, fields: dict[str, str]) -> Draft:
    """Keep what was written; files that wait stay."""
    draft = work.uow.drafts.locked(person_id, form, work.now)
    kept = replace(draft, title=title, path=path, fields=fields, updated_at=work.now)
    work.uow.drafts.put(kept)
    return kept


def attach(work: Work, person_id: int, form: str, file: HeldFile) -> bool:
    """Let a file wait with the draft; False where the very same one waits already.

    ``Refused`` where there are enough.
    """
    draft = work.uow.drafts.locked(person_id, form, work.now)
    if any(each.sha256 == file.sha256 for each in draft.files):
        return False
    if len(draft.files) >= MOST_FILES:
        raise Refused(TOO_MANY.format(name=file.name))
    work.uow.drafts.attach(draft, file)
    return True


def detach(work: Work, person_id: int, form: str, sha256: str) -> None:
    """Take a file away from the draft."""
    work.uow.drafts.detach(person_id, form, sha256)


def discard(work: Work, person_id: int, form: str) -> None:
    """Let go of what was written, and of its files; what was sent before stays known."""
    draft = work.uow.drafts.locked(person_id, form, work.now)
    for file in draft.files:
        work.uow.drafts.detach(person_id, form, file.sha256)
    work.uow.drafts.put(replace(draft, fields={}, title="", path="", updated_at=work.now))


def to_send(work: Work, person_id: int, form: str) -> Draft:
    """The draft, locked until this transaction ends: a second sending waits for the first."""
    return work.uow.drafts.locked(person_id, form, work.now)


def sent(work: Work, draft: Draft, once: str, number: str) -> None:
    """It became a case: its words and files are the case's now, its one-time number is remembered."""
    remembered = dict([*draft.filed.items(), (once, number)][-_REMEMBERED:])
    work.uow.drafts.hand_over(draft)
    empty = Draft(draft.person_id, draft.form, work.now, filed=remembered)
    work.uow.drafts.put(empty)


def erase(uow: UnitOfWork, person: Person) -> None:
    """Nothing that the person wrote and did not send is kept (PIPL 47)."""
    uow.drafts.erase(person.id)
