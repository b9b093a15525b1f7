"""Messages and events as the platform words them, one function for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.simulator.xmltree import Field

Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is pushed beyond the fields that every push has."""

    title: str
    fields: Fields
    #: messages carry a MsgId, events do not
    is_event: bool = False
    #: whether the person sees the failure line when the answer is no answer
    answerable: bool = True
    #: articles of a reply that are shown: one for messages, eight for events
    articles: int = 1


def _message(kind: str, title: str, *fields: Field) -> Letter:
    return Letter(title, (("MsgType", kind), *fields))


def _event(name: str, title: str, *fields: Field, answerable: bool = True) -> Letter:
    return Letter(
        title,
        (("MsgType", "event"), ("Event", name), *fields),
        is_event=True,
        answerable=answerable,
        articles=8,
    )


# messages


def text(content: str, menu_item: str | None = None) -> Letter:
    """A typed line; ``menu_item`` is the id of a pressed item of a menu message."""
    extra: Fields = (("bizmsgmenuid", menu_item),) if menu_item is not None else ()
    return _message("text", "文字", ("Content", content), *extra)


def image(pic_url: str, media_id: str) -> Letter:
    """A picture."""
    return _message("image", "图片", ("PicUrl", pic_url), ("MediaId", media_id))


def voice(media_id: str, media_id_16k: str, recognition: str | None) -> Letter:
    """A voice message; ``recognition`` is often empty and sometimes absent (``None``)."""
    heard: Fields = (("Recognition", recognition),) if recognition is not None else ()
    return _message(
        "voice", "语音", ("MediaId", media_id), ("Format", "amr"), *heard, ("MediaId16K", media_id_16k)
    )


def video(media_id: str, thumb_media_id: str, *, short: bool = False) -> Letter:
    """A video, or a short one filmed on the spot."""
    kind = "shortvideo" if short else "video"
    return _message(kind, "视频", ("MediaId", media_id), ("ThumbMediaId", thumb_media_id))


def location(latitude: float, longitude: float, label: str, scale: int = 20) -> Letter:
    """A place chosen on the map."""
    place: Fields = (("Location_X", latitude), ("Location_Y", longitude), ("Scale", scale), ("Label", label))
    return _message("location", "位置", *place)


def link(title: str, description: str, url: str) -> Letter:
    """A shared link."""
    return _message("link", "链接", ("Title", title), ("Description", description), ("Url", url))


def unknown(kind: str, *fields: Field) -> Letter:
    """A kind that no document names; services must survive it."""
    return _message(kind, kind, *fields)


# events


def subscribe(scene: str = "", ticket: str = "") -> Letter:
    """Following; through a code with a scene, the key carries ``qrscene_``."""
    if not ticket:
        return _event("subscribe", "关注", ("EventKey", ""))
    return _event("subscribe", "扫码关注", ("EventKey", f"qrscene_{scene}"), ("Ticket", ticket))


def unsubscribe() -> Letter:
    """Leaving; nobody is there to read an answer."""
    return _event("unsubscribe", "取消关注", ("EventKey", ""), answerable=False)


def scan(scene: str, ticket: str) -> Letter:
    """A follower scanning a code: no prefix here."""
    return _event("SCAN", "扫码", ("EventKey", scene), ("Ticket", ticket))


def report_location(latitude: float, longitude: float, precision: float) -> Letter:
    """Where the phone is, reported on entering the chat."""
    place: Fields = (("Latitude", latitude), ("Longitude", longitude), ("Precision", precision))
    return _event("LOCATION", "上报位置", *place, answerable=False)


def click(key: str) -> Letter:
    """A pressed menu button."""
    return _event("CLICK", "菜单", ("EventKey", key))


def view(url: str, menu_id: str) -> Letter:
    """A pressed menu button that opens a page."""
    return _event("VIEW", "菜单链接", ("EventKey", url), ("MenuId", menu_id), answerable=False)


def view_miniprogram(page: str, menu_id: str) -> Letter:
    """A pressed menu button that opens a mini program."""
    key: Fields = (("EventKey", page), ("MenuId", menu_id))
    return _event("view_miniprogram", "菜单小程序", *key, answerable=False)


def scancode(key: str, result: str, *, wait: bool) -> Letter:
    """A menu button that scans; ``wait``: the account is expected to answer."""
    info: Fields = (("ScanType", "qrcode"), ("ScanResult", result))
    name = "scancode_waitmsg" if wait else "scancode_push"
    return _event(name, "菜单扫码", ("EventKey", key), ("ScanCodeInfo", info))


def pictures(name: str, key: str, digests: Sequence[str]) -> Letter:
    """A menu button that sends pictures; the pictures follow as messages."""
    items: Fields = tuple(("item", (("PicMd5Sum", digest),)) for digest in digests)
    info: Fields = (("Count", len(digests)), ("PicList", items))
    return _event(name, "菜单发图", ("EventKey", key), ("SendPicsInfo", info), answerable=False)


def location_select(key: str, latitude: float, longitude: float, label: str) -> Letter:
    """A menu button that sends a place; the place follows as a message."""
    info: Fields = (
        ("Location_X", str(latitude)),
        ("Location_Y", str(longitude)),
        ("Scale", "15"),
        ("Label", label),
        ("Poiname", ""),
    )
    return _event(
        "location_select", "菜单位置", ("EventKey", key), ("SendLocationInfo", info), answerable=False
    )


def template_job(job: int, status: str) -> Letter:
    """The end of a template message: the only report of its delivery. Note ``MsgID``."""
    return _event(
        "TEMPLATESENDJOBFINISH", "模板消息结果", ("MsgID", job), ("Status", status), answerable=False
    )


def mass_job(job: int, status: str, sent: int, failed: int) -> Letter:
    """The end of a mass message."""
    total = sent + failed
    counts: Fields = (
        ("TotalCount", total),
        ("FilterCount", total),
        ("SentCount", sent),
        ("ErrorCount", failed),
        ("CopyrightCheckResult", (("Count", 0), ("ResultList", ()), ("CheckState", 2))),
        ("ArticleUrlResult", (("Count", 0), ("ResultList", ()))),
    )
    return _event(
        "MASSSENDJOBFINISH", "群发结果", ("MsgID", job), ("Status", status), *counts, answerable=False
    )


def subscription_popup(choices: Sequence[tuple[str, bool]]) -> Letter:
    """Accepted or refused subscription templates, one element for each."""
    items = tuple(_choice(template, accepted, ("PopupScene", 2)) for template, accepted in choices)
    return _event(
        "subscribe_msg_popup_event", "订阅弹窗", ("SubscribeMsgPopupEvent", items), answerable=False
    )


def subscription_change(choices: Sequence[tuple[str, bool]]) -> Letter:
    """Subscriptions changed in the person's settings."""
    items = tuple(_choice(template, accepted) for template, accepted in choices)
    return _event(
        "subscribe_msg_change_event", "订阅变更", ("SubscribeMsgChangeEvent", items), answerable=False
    )


def subscription_sent(template: str, job: int, code: int, status: str) -> Letter:
    """The end of a subscription message."""
    item: Fields = (
        ("TemplateId", template),
        ("MsgID", job),
        ("ErrorCode", code),
        ("ErrorStatus", status),
    )
    return _event(
        "subscribe_msg_sent_event",
        "订阅结果",
        ("SubscribeMsgSentEvent", (("List", item),)),
        answerable=False,
    )


def _choice(template: str, accepted: bool, *more: Field) -> Field:
    status = "accept" if accepted else "reject"
    return ("List", (("TemplateId", template), ("SubscribeStatusString", status), *more))


def publish_job(publish_id: str, status: int) -> Letter:
    """The end of a publication."""
    info: Fields = (("publish_id", publish_id), ("publish_status", status))
    return _event("PUBLISHJOBFINISH", "发布结果", ("PublishEventInfo", info), answerable=False)


def agent_session(name: str, account: str) -> Letter:
    """A human agent's session that opened, closed or moved."""
    return _event(name, "人工客服", ("KfAccount", account), answerable=False)


def unknown_event(name: str, *fields: Field) -> Letter:
    """An event that no document names; services must survive it."""
    return _event(name, name, *fields, answerable=False)
