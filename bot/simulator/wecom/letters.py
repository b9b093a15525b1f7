"""Messages and events as WeCom words them; ``AgentID`` is added to each on the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.simulator.letters import Fields, Letter
from bot.simulator.wecom.cards import Card
from bot.simulator.xmltree import Field


def _message(kind: str, title: str, *fields: Field) -> Letter:
    return Letter(title, (("MsgType", kind), *fields), articles=8)


def _event(name: str, title: str, *fields: Field, answerable: bool = True) -> Letter:
    return Letter(
        title,
        (("MsgType", "event"), ("Event", name), *fields),
        is_event=True,
        answerable=answerable,
        articles=8,
    )


# messages; no file and no recognised speech: WeCom sends neither to an app


def text(content: str) -> Letter:
    """A typed line."""
    return _message("text", "文字", ("Content", content))


def image(pic_url: str, media_id: str) -> Letter:
    """A picture."""
    return _message("image", "图片", ("PicUrl", pic_url), ("MediaId", media_id))


def voice(media_id: str) -> Letter:
    """Recorded speech."""
    return _message("voice", "语音", ("MediaId", media_id), ("Format", "amr"))


def location(latitude: float, longitude: float, label: str) -> Letter:
    """A place, sent from the WeCom client."""
    place: Fields = (("Location_X", latitude), ("Location_Y", longitude), ("Scale", 15), ("Label", label))
    return _message("location", "位置", *place, ("AppType", "wxwork"))


def link(title: str, description: str, url: str) -> Letter:
    """A shared link."""
    return _message(
        "link", "链接", ("Title", title), ("Description", description), ("Url", url), ("PicUrl", "")
    )


def unknown(kind: str, *fields: Field) -> Letter:
    """A kind that no document names; services must survive it."""
    return _message(kind, kind, *fields)


# events


def enter_agent() -> Letter:
    """Opening the app; fires every time."""
    return _event("enter_agent", "进入应用", ("EventKey", ""))


def subscribe() -> Letter:
    """The app became visible to a member."""
    return _event("subscribe", "成员可见", ("EventKey", ""))


def unsubscribe() -> Letter:
    """The app is no longer visible to a member."""
    return _event("unsubscribe", "成员不可见", ("EventKey", ""), answerable=False)


def click(key: str) -> Letter:
    """A pressed menu button; the name is in small letters here."""
    return _event("click", "菜单", ("EventKey", key))


def view(url: str) -> Letter:
    """A pressed menu button that opens a page."""
    return _event("view", "菜单链接", ("EventKey", url))


def report_location(latitude: float, longitude: float, precision: float) -> Letter:
    """Where the phone is."""
    place: Fields = (("Latitude", latitude), ("Longitude", longitude), ("Precision", precision))
    return _event("LOCATION", "上报位置", *place, ("AppType", "wxwork"))


def template_card(card: Card, key: str, code: str, chosen: Mapping[str, Sequence[str]]) -> Letter:
    """A pressed button of a card, with what was chosen on it."""
    items = tuple(("SelectedItem", _item(question, ids)) for question, ids in chosen.items())
    selected: Fields = (("SelectedItems", items),) if items else ()
    return _event("template_card_event", "卡片按钮", *_card(card, key, code), *selected)


def template_card_menu(card: Card, key: str, code: str) -> Letter:
    """A pressed entry of a card's corner menu."""
    return _event("template_card_menu_event", "卡片菜单", *_card(card, key, code))


def _card(card: Card, key: str, code: str) -> Fields:
    return (
        ("EventKey", key),
        ("TaskId", card.task_id),
        ("CardType", card.kind),
        ("ResponseCode", code),
    )


def _item(question: str, ids: Sequence[str]) -> Fields:
    options = tuple(("OptionId", each) for each in ids)
    return (("QuestionKey", question), ("OptionIds", options))


def contact_changed(change: str, *fields: Field) -> Letter:
    """The address book changed: ``create_user``, ``update_user``, ``delete_user``, …; only ids since 2022."""
    return _event("change_contact", "通讯录变更", ("ChangeType", change), *fields, answerable=False)


def batch_job(job: str, kind: str) -> Letter:
    """A job of the address book ended."""
    result: Fields = (("JobId", job), ("JobType", kind), ("ErrCode", 0), ("ErrMsg", "ok"))
    return _event("batch_job_result", "异步任务", ("BatchJob", result), answerable=False)


def unknown_event(name: str, *fields: Field) -> Letter:
    """An event that no document names; services must survive it."""
    return _event(name, name, *fields, answerable=False)
