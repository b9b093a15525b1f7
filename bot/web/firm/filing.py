"""Forms of firms: what is written is kept, shown once more, and sent once.

    write → check → send → filed

Each page reads the draft, so going back, loading again and pressing twice
harm nothing. What may be filed is decided by the services of the chat.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

import structlog
from aiohttp import web

from bot.web.incoming import Incoming
from bot.web.site import STALE_FORM, Side, Visit
from bot.web.uploads import ACCEPT
from domain.errors import NotAllowed, NotFound, Refused
from domain.model.case import Actor, Case
from domain.model.draft import Draft, HeldFile
from domain.model.person import Binding, Person, Power
from domain.model.subject import Subject
from domain.rules.file_types import ACCEPTED, spoken_type
from domain.rules.rulebook_cases import Door
from domain.services import bindings, drafts, evidence, staff
from domain.services.work import Work
from handlers.dialogue import done_elsewhere
from handlers.firm.forms import LONGEST, wrong_length

log = structlog.get_logger("xinshi.web")

#: each number has one spelling, and so each form one draft
ID: Final = "[1-9][0-9]{0,14}"
SUBJECT: Final = f"{{subject_id:{ID}}}"
#: parts of a form that are looked at: its fields, its files, and some that are too many
_MOST_PARTS = 40
#: characters of a field that are kept, however much was typed
_KEPT = 5000
#: what a person writes into a form
_FIELDS: Final = frozenset({"door", "text", "action"})
_NUMBER = re.compile(r"[A-Z]{2}\d{8,12}")
_ONCE = re.compile(r"[0-9a-f]{16}")

DONE = {
    "kept": "草稿已保存，三十天内随时可以接着填。",
    "discarded": "草稿已删除，没有提交任何内容。",
}
NO_DOOR = "请选一处提出。"
INCOMPLETE = "还有没填好的地方，请返回修改后再提交。"
NOTHING = "没有等着提交的内容。可能已经提交过了，请在“办件”里查看。"
HINT = f"可以收：{ACCEPTED}。每份不超过10MB，一次最多{drafts.MOST_FILES}份。"


@dataclass(frozen=True, slots=True)
class Counter:
    """Who stands at the counter: for which firm, with which power."""

    person: Person
    subject: Subject
    binding: Binding
    actor: Actor


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form is about, as it stands now."""

    #: under which the draft is kept
    form: str
    path: str
    title: str
    #: of the draft, in a list
    name: str
    #: label and value, shown on every page of the form
    about: tuple[tuple[str, str], ...]
    label: str
    hint: str
    doors: tuple[Door, ...] = ()
    #: what follows from sending, in one sentence
    follows: str = ""
    #: what only one kind of form shows
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """What came with a form."""

    fields: dict[str, str]
    files: tuple[HeldFile, ...]
    #: files to be taken away
    drop: tuple[str, ...]
    #: one line for each file that was not taken
    refused: tuple[str, ...]


def at_counter(work: Work, person_id: int, subject_id: int, power: Power = Power.FILE) -> Counter:
    """The person with the power that the form needs; ``NotAllowed`` says how to get it."""
    person = work.uow.people.get(person_id)
    binding = bindings.require(work.uow, person, subject_id, power, work.today)
    subject = work.uow.subjects.get(subject_id)
    return Counter(person, subject, binding, staff.firm_actor(person, subject.name))


def one_time_number() -> str:
    """By which a form that is sent twice is known."""
    return token_hex(8)


def checked_once(fields: Mapping[str, str]) -> str:
    """The one-time number of a form; ``Refused`` where it has none of ours."""
    once = fields.get("once", "")
    if not _ONCE.fullmatch(once):
        raise Refused(STALE_FORM, log="form without a one-time number")
    return once


class Filing(ABC):
    """One kind of form, from the empty page to the case."""

    #: of the addresses of its pages
    pattern: str
    template = "firm/filing.html"

    def __init__(self, side: Side) -> None:
        self._side = side

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of these pages."""
        side, at = self._side, self.pattern
        return [
            side.get(at, self.form),
            side.post(at, self.write),
            side.post(f"{at}/keep", self.keep),
            side.get(f"{at}/check", self.check),
            side.post(f"{at}/send", self.send),
        ]

    # -- what each kind says of itself ------------------------------------------

    @abstractmethod
    def counter(self, work: Work, visit: Visit) -> Counter:
        """Who files for which firm; ``NotAllowed`` where this person may not."""

    @abstractmethod
    def key(self, visit: Visit) -> str:
        """Under which the draft of this form is kept."""

    @abstractmethod
    def sheet(self, work: Work, counter: Counter, visit: Visit) -> Sheet:
        """What the form is about; ``Refused`` where it cannot be filed now."""

    @abstractmethod
    def file(self, work: Work, counter: Counter, visit: Visit, draft: Draft) -> Case:
        """File it with the service that the chat calls."""

    # -- the pages --------------------------------------------------------------

    async def form(self, visit: Visit) -> web.StreamResponse:
        """The form with what was written before."""
        found = await self._found(visit)
        if isinstance(found, web.StreamResponse):
            return found
        sheet, draft = found
        return self._page(visit, sheet, draft, resumed=draft.waits and "done" not in visit.query)

    async def write(self, visit: Visit) -> web.StreamResponse:
        """Keep what was written; then on to the check, or what is wrong is said beside it."""
        found = await self._found(visit)
        if isinstance(found, web.StreamResponse):
            return found
        sheet = found[0]
        received = await _received(visit)
        action = received.fields.pop("action", "")
        if action == "discard":
            await visit.run(lambda work, _: drafts.discard(work, visit.person_id, sheet.form))
            return visit.go(sheet.path, done="discarded")
        draft, refused = await visit.run(lambda work, _: self._kept(work, visit, sheet, received))
        problems = {} if action == "draft" else _problems(sheet, draft)
        if refused or problems:
            return self._page(visit, sheet, draft, problems=problems, refused=refused)
        return visit.go(sheet.path, done="kept") if action == "draft" else visit.go(f"{sheet.path}/check")

    async def keep(self, visit: Visit) -> web.StreamResponse:
        """What is being typed, sent by the page itself from time to time; files stay as they are."""
        fields = _written(await visit.form())

        def kept(work: Work, _: Actor) -> None:
            sheet, _draft = self._look(work, visit)
            drafts.keep(work, visit.person_id, sheet.form, title=sheet.name, path=sheet.path, fields=fields)

        await visit.run(kept)
        return web.Response(status=204)

    async def check(self, visit: Visit) -> web.StreamResponse:
        """请核对: everything once more, before it is sent."""
        found = await self._found(visit)
        if isinstance(found, web.StreamResponse):
            return found
        sheet, draft = found
        if not draft.waits or _problems(sheet, draft):
            return visit.go(sheet.path)
        return self._check_page(visit, sheet, draft)

    async def send(self, visit: Visit) -> web.StreamResponse:
        """File it, once; where that cannot be, what was written stays."""
        once = checked_once(await visit.form())
        try:
            number = await visit.run(lambda work, _: self._sent(work, visit, once))
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            return _stopped(visit, refusal, kept=True)
        return visit.go(f"/h5/firm/filed/{number}")

    async def _found(self, visit: Visit) -> tuple[Sheet, Draft] | web.StreamResponse:
        """The form and its draft, or the page that says why it cannot be filed now."""
        try:
            return await visit.read(lambda work, _: self._look(work, visit))
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            return _stopped(visit, refusal)

    # -- inside one transaction ---------------------------------------------------

    def _look(self, work: Work, visit: Visit) -> tuple[Sheet, Draft]:
        counter = self.counter(work, visit)
        sheet = self.sheet(work, counter, visit)
        return sheet, drafts.find(work, visit.person_id, sheet.form)

    def _kept(
        self, work: Work, visit: Visit, sheet: Sheet, received: Received
    ) -> tuple[Draft, tuple[str, ...]]:
        """Words and files as they are kept now, and what could not be."""
        who, refused = visit.person_id, list(received.refused)
        drafts.keep(work, who, sheet.form, title=sheet.name, path=sheet.path, fields=received.fields)
        for sha256 in received.drop:
            drafts.detach(work, who, sheet.form, sha256)
        for file in received.files:
            try:
                drafts.attach(work, who, sheet.form, file)
            except Refused as refusal:
                refused.append(refusal.text)
        return drafts.find(work, who, sheet.form), tuple(refused)

    def _sent(self, work: Work, visit: Visit, once: str) -> str:
        """The number of the case, which may be there already from the first time the button was pressed."""
        counter = self.counter(work, visit)
        draft = drafts.to_send(work, visit.person_id, self.key(visit))
        if once in draft.filed:
            return draft.filed[once]
        if not draft.waits:
            raise Refused(NOTHING)
        if _problems(self.sheet(work, counter, visit), draft):
            raise Refused(INCOMPLETE)
        case = self.file(work, counter, visit, draft)
        for each in draft.files:
            kept = evidence.File(each.sha256, each.content_type, each.size, each.name)
            evidence.add(work, case.number, kept, actor=counter.actor)
        drafts.sent(work, draft, once, case.number)
        done_elsewhere(work.uow, visit.person_id, case.kind, work.now)
        return case.number

    # -- what is shown ------------------------------------------------------------

    def _page(
        self,
        visit: Visit,
        sheet: Sheet,
        draft: Draft,
        *,
        problems: Mapping[str, str] | None = None,
        refused: tuple[str, ...] = (),
        resumed: bool = False,
    ) -> web.StreamResponse:
        return visit.page(
            self.template,
            title=sheet.title,
            done=DONE,
            sheet=sheet,
            draft=draft,
            files=file_lines(draft),
            problems=problems or {},
            refused=refused,
            resumed=resumed,
            accept=ACCEPT,
            file_hint=HINT,
            longest=LONGEST,
        )

    def _check_page(self, visit: Visit, sheet: Sheet, draft: Draft) -> web.StreamResponse:
        door = next((door for door in sheet.doors if door.id == _door_of(sheet, draft)), None)
        return visit.page(
            "firm/check.html",
            title="请核对",
            sheet=sheet,
            draft=draft,
            door=door,
            files=file_lines(draft),
            once=one_time_number(),
        )


def _stopped(visit: Visit, refusal: Refused, *, kept: bool = False) -> web.Response:
    """Why it cannot be filed now, with the way to the case that the words name."""
    named = _NUMBER.search(refusal.text)
    return visit.page(
        "firm/stopped.html",
        title="现在不能提交",
        text=refusal.text,
        number=named[0] if named else "",
        kept=kept,
    )


def file_lines(draft: Draft) -> list[tuple[HeldFile, str]]:
    """The files of a draft, each with what it is and how large."""
    return [
        (file, f"{spoken_type(file.content_type)}，{evidence.spoken_size(file.size)}") for file in draft.files
    ]


def _door_of(sheet: Sheet, draft: Draft) -> str:
    """The door that was chosen; the only one need not be."""
    return sheet.doors[0].id if len(sheet.doors) == 1 else draft.fields.get("door", "")


def chosen_door(sheet: Sheet, draft: Draft) -> Door:
    """The door to file at; ``Refused`` where none of those that are open was chosen."""
    found = next((door for door in sheet.doors if door.id == _door_of(sheet, draft)), None)
    if found is None:
        raise Refused(NO_DOOR)
    return found


def _problems(sheet: Sheet, draft: Draft) -> dict[str, str]:
    """What is still wrong with what was written, field by field."""
    found = {}
    if sheet.doors and _door_of(sheet, draft) not in {door.id for door in sheet.doors}:
        found["door"] = NO_DOOR
    if wrong := wrong_length(draft.fields.get("text", "")):
        found["text"] = wrong
    return found


def _written(fields: Mapping[str, object]) -> dict[str, str]:
    """The fields that a person writes."""
    return {
        name: value.replace("\r\n", "\n").strip()[:_KEPT]
        for name, value in fields.items()
        if name in _FIELDS and isinstance(value, str)
    }


async def _received(visit: Visit) -> Received:
    """Fields and files of a form; each file is kept or refused with its own line."""
    fields: dict[str, str] = {}
    files: list[HeldFile] = []
    drop: list[str] = []
    refused: list[str] = []
    async for part in visit.parts(cap=evidence.MAX_BYTES, most=_MOST_PARTS):
        if part.field == "file" and part.name:
            try:
                files.append(await _held(visit, part))
            except Refused as refusal:
                refused.append(refusal.text)
        elif part.field == "drop":
            drop.append(part.text[:64])
        elif part.field in _FIELDS:
            fields[part.field] = part.text[:_KEPT]
    return Received(_written(fields), tuple(files), tuple(drop), tuple(refused))


async def _held(visit: Visit, part: Incoming) -> HeldFile:
    """The bytes first, under their hash; the draft then names them."""
    content_type = await asyncio.to_thread(evidence.checked_type, part.data, part.name)
    year = visit.house.clock.now().year
    sha256 = await asyncio.to_thread(visit.files.put, part.data, year)
    log.info("file with a form", action="draft.file", size=len(part.data))
    return HeldFile(sha256, content_type, len(part.data), part.name)
