"""A press on a card: the same step as the words, on the version that the card showed."""

from __future__ import annotations

import json

from domain.errors import NotFound, Refused
from domain.model.card import REASON_QUESTION, Card, Press, read_press
from domain.model.case import Actor
from domain.ports import PhoneCard
from domain.services import case_cards, cases
from domain.services.work import Work
from handlers.context import Context
from handlers.staff import texts
from handlers.staff.who import actor_of
from handlers.turn import Inbound, Reply


def pressed(context: Context, inbound: Inbound) -> Reply:
    """Take the step and show the card as it stands then; refused or too late, the card says so.

    The card always changes, since a pressed button stays frozen until something comes.
    """
    press = read_press(inbound.key)
    if press is None:
        return Reply(texts.CARD_UNKNOWN)
    work = context.work()
    actor = actor_of(context)
    note = _taken(work, context, actor, press, inbound)
    case = cases.find(work, press.case_number, actor=actor)
    card = case_cards.card(work, case, actor, note=note)
    cases.note_view(work, case, actor.id)
    _remember(context, inbound, card, case.id, actor)
    return Reply(card=card)


def _taken(work: Work, context: Context, actor: Actor, press: Press, inbound: Inbound) -> str:
    """Why the step was not taken; "" where it was. A refusal leaves nothing behind."""
    try:
        with context.uow.savepoint():
            case = cases.find(work, press.case_number, actor=actor)
            reason = case_cards.reason_text(case, _chosen(inbound))
            text = reason if press.action in case_cards.REFUSALS else ""
            cases.act(work, case.number, press.action, actor=actor, text=text, version=press.version)
    except NotFound:
        raise
    except Refused as refusal:
        return refusal.text
    return ""


def _chosen(inbound: Inbound) -> str:
    """The id of the reason that was chosen on the card; "" where none was."""
    try:
        chosen = json.loads(inbound.extra.get("selected", "{}"))
    except ValueError:
        return ""
    options = chosen.get(REASON_QUESTION, []) if isinstance(chosen, dict) else []
    return str(options[0]) if options else ""


def _remember(context: Context, inbound: Inbound, card: Card, case_id: int, actor: Actor) -> None:
    """The press brought a new code: with it the card changes once more when the case moves on."""
    task_id = inbound.extra.get("TaskId", "")
    if task_id:
        code = inbound.extra.get("ResponseCode", "")
        context.uow.cards.note(PhoneCard(task_id, case_id, actor.id, card.version, code), context.now())
