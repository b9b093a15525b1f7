"""The forms of evaluations in the database; what is written once never changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from domain.model.assessment import Evaluation
from storage.evaluation_codec import Form, Packed, read_form, unpack
from storage.tables import evaluation_forms

_KEEP = insert(evaluation_forms).on_conflict_do_nothing(index_elements=["key"])
_GET = select(evaluation_forms.c.form).where(evaluation_forms.c.key == bindparam("wanted"))
_MEMORY = 10_000

#: forms by the hash of their content: the same in every database
_known: dict[str, Form] = {}


def keep_forms(connection: Connection, packed: Iterable[Packed]) -> None:
    """Store the forms of evaluations about to be written. Always asked of the
    database: what another transaction wrote may have been rolled back."""
    forms = {each.key: each.form for each in packed}
    if forms:
        # one order for everybody, or two writers could wait for each other
        rows = [{"key": key, "form": forms[key]} for key in sorted(forms)]
        connection.execute(_KEEP, rows)


def read_evaluation(connection: Connection, filling: dict[str, Any]) -> Evaluation:
    """The evaluation of a stored filling."""
    return unpack(filling, _form(connection, filling["form"]))


def _form(connection: Connection, key: str) -> Form:
    form = _known.get(key)
    if form is None:
        if len(_known) >= _MEMORY:
            _known.clear()
        text = connection.execute(_GET, {"wanted": key}).scalar_one()
        form = _known[key] = read_form(text)
    return form
