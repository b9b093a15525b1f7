"""Reading what the service answers to a push, as strictly as the platform does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.cipher import EnvelopeCipher, EnvelopeError, same, sign
from bot.simulator.config import Mode, SimulatorConfig
from bot.simulator.wire import Verdict
from bot.simulator.xmltree import Node, XmlError, read

#: a longer passive text is cut
LONGEST_TEXT: Final = 2048


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person sees of a reply."""

    kind: str
    text: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer amounts to: shown, silent or malformed with the reason."""

    verdict: str
    plain: str = ""
    reason: str = ""
    shown: Shown | None = None


class ReplyReader:
    """Opens and checks answers for one account."""

    def __init__(self, config: SimulatorConfig, cipher: EnvelopeCipher) -> None:
        self._config = config
        self._cipher = cipher

    def judge(self, body: bytes, openid: str, articles: int) -> Judged:
        """The verdict on an answer with status 200 to a push about this person."""
        if body in (b"", b"success"):
            return Judged(Verdict.SILENT)
        plain = ""
        try:
            plain = self._opened(body.decode())
            root = read(plain)
            self._addressed(root, openid)
            shown = _shown(root, articles)
        except UnicodeDecodeError:
            return Judged(Verdict.MALFORMED, reason="应答不是 UTF-8")
        except (XmlError, EnvelopeError, ReplyError) as error:
            return Judged(Verdict.MALFORMED, plain, str(error))
        return Judged(Verdict.ANSWERED if shown else Verdict.SILENT, plain, shown=shown)

    def _opened(self, text: str) -> str:
        """The inner XML; in compatible mode a plain answer is taken too."""
        if self._config.mode is Mode.PLAIN:
            return text
        root = read(text)
        encrypted = root.get("Encrypt")
        if encrypted is None:
            if self._config.mode is Mode.SAFE:
                raise ReplyError("安全模式下应答没有加密")
            return text
        self._check_signature(root, encrypted)
        return self._cipher.open(encrypted).decode()

    def _check_signature(self, root: Node, encrypted: str) -> None:
        timestamp, nonce = root.get("TimeStamp"), root.get("Nonce")
        signature = root.get("MsgSignature")
        if not timestamp or not nonce or not signature:
            raise ReplyError("应答信封缺少 MsgSignature、TimeStamp 或 Nonce")
        if not timestamp.isdecimal():
            raise ReplyError("TimeStamp 不是整数")
        if not same(signature, sign(self._config.token, timestamp, nonce, encrypted)):
            raise ReplyError("MsgSignature 不符")

    def _addressed(self, root: Node, openid: str) -> None:
        if root.get("ToUserName") != openid:
            raise ReplyError("ToUserName 不是发来消息的人")
        if root.get("FromUserName") != self._config.account_id:
            raise ReplyError("FromUserName 不是本账号")
        if not (root.get("CreateTime") or "").isdecimal():
            raise ReplyError("CreateTime 不是整数")


class ReplyError(Exception):
    """Well-formed, but no reply; ``str()`` says why."""


def _shown(root: Node, articles: int) -> Shown | None:
    kind = root.get("MsgType") or ""
    if kind == "transfer_customer_service":
        return None
    if kind == "news":
        return news_of(root, articles)
    reader = READERS.get(kind)
    if reader is None:
        raise ReplyError(f"MsgType「{kind}」不能回复")
    return reader(root)


def _text(root: Node) -> Shown:
    content = root.get("Content") or ""
    if not content.strip():
        raise ReplyError("文本应答的 Content 为空")
    encoded = content.encode()
    if len(encoded) <= LONGEST_TEXT:
        return Shown("text", content, {})
    kept = encoded[:LONGEST_TEXT].decode(errors="ignore")
    return Shown("text", kept, {"cut_from": len(encoded)})


def _media(kind: str, tag: str, label: str) -> Callable[[Node], Shown]:
    def reader(root: Node) -> Shown:
        part = root.child(tag)
        media_id = part.get("MediaId") if part else None
        if not media_id:
            raise ReplyError(f"应答缺少 {tag}.MediaId")
        return Shown(kind, label, {"media_id": media_id})

    return reader


def _music(root: Node) -> Shown:
    part = root.child("Music")
    if part is None:
        raise ReplyError("应答缺少 Music")
    return Shown("music", part.get("Title") or "音乐", {"url": part.get("MusicUrl") or ""})


def news_of(root: Node, most: int) -> Shown:
    """The articles of a reply, as many as are shown; raises ``ReplyError``."""
    parent = root.child("Articles")
    items = parent.all("item") if parent else []
    if not items or not (root.get("ArticleCount") or "").isdecimal():
        raise ReplyError("图文应答缺少 ArticleCount 或 Articles")
    articles = [
        {
            "title": item.get("Title") or "",
            "description": item.get("Description") or "",
            "pic_url": item.get("PicUrl") or "",
            "url": item.get("Url") or "",
        }
        for item in items[:most]
    ]
    return Shown("news", articles[0]["title"], {"articles": articles, "dropped": len(items) - len(articles)})


#: the kinds both platforms take, with what reads them
READERS: Final[dict[str, Callable[[Node], Shown]]] = {
    "text": _text,
    "image": _media("image", "Image", "［图片］"),
    "voice": _media("voice", "Voice", "［语音］"),
    "video": _media("video", "Video", "［视频］"),
    "music": _music,
}
