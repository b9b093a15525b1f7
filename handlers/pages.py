"""Links from the chat to pages: what is long to read, to fill in or to look at."""

from __future__ import annotations

from domain.model.person import Channel
from domain.services import links
from handlers.context import Context

LINKED = '<a href="{address}">{words}</a>'
PLAIN = "{words}：{address}"
#: under the first question of a form that has a page
FILL_IN = "也可以在页面上填写"


def with_link(context: Context, text: str, path: str, words: str) -> str:
    """A text with the line that opens a page below it; the text alone where there are no pages."""
    line = link_line(context, path, words)
    return f"{text}\n{line}" if line else text


def link_line(context: Context, path: str, words: str) -> str:
    """A line that opens a page for this person; "" where the service has no address of its own.

    Both platforms show the words and hide the address; a terminal shows both.
    """
    if not context.base_url:
        return ""
    address = links.enter(context.base_url, context.sealer, context.person.id, path, context.now())
    form = PLAIN if context.person.channel is Channel.CONSOLE else LINKED
    return form.format(address=address, words=words)
