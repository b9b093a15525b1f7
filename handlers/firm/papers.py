"""文书, for firms: the way from the chat to the papers of a case."""

from __future__ import annotations

from domain.model.case import Case
from domain.services import paper_shelf
from domain.services.work import Work
from handlers.context import Context
from handlers.pages import with_link

LOOK = "看{title}"


def with_papers(context: Context, work: Work, case: Case, text: str) -> str:
    """A text with a line below it for each paper of a case that holds; the text alone where there are no pages."""
    for paper in paper_shelf.of_case(work, case):
        if paper.status.valid:
            text = with_link(context, text, f"/h5/firm/papers/{paper.id}", LOOK.format(title=paper.title))
    return text
