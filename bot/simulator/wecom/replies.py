"""Reading what an app answers to a push, as strictly as WeCom does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.simulator.cipher import EnvelopeCipher, EnvelopeError, same, sign
from bot.simulator.replies import READERS, Judged, ReplyError, Shown, news_of
from bot.simulator.wecom.card_rules import check_card
from bot.simulator.wecom.card_xml import CardXmlError, card_of
from bot.simulator.wecom.errors import WeComError
from bot.simulator.wire import Verdict
from bot.simulator.xmltree import Node, XmlError, read

UPDATE_BUTTON: Final = "update_button"
UPDATE_CARD: Final = "update_template_card"
_ARTICLES: Final = 8


class AppReplyReader:
    """Opens and checks the answers of one app."""

    def __init__(self, token: str, corp_id: str, cipher: EnvelopeCipher) -> None:
        self._token = token
        self._corp_id = corp_id
        self._cipher = cipher

    def judge(self, body: bytes, userid: str, updates: frozenset[str] | None) -> Judged:
        """The verdict on an answer with status 200.

        ``updates``: the card updates that may answer a press, which nothing else
        may; ``None`` for a push that is no press.
        """
        # the documents ask for an empty body; the service account's word "success" is no envelope
        if body == b"":
            return Judged(Verdict.SILENT)
        plain = ""
        try:
            plain = self._opened(body.decode())
            root = read(plain)
            self._addressed(root, userid)
            shown = _shown(root, updates)
        except UnicodeDecodeError:
            return Judged(Verdict.MALFORMED, reason="应答不是 UTF-8")
        except (XmlError, EnvelopeError, ReplyError, CardXmlError) as error:
            return Judged(Verdict.MALFORMED, plain, str(error))
        except WeComError as error:
            return Judged(Verdict.MALFORMED, plain, f"卡片不合规定：{error}")
        return Judged(Verdict.ANSWERED, plain, shown=shown)

    def _opened(self, text: str) -> str:
        root = read(text)
        encrypted = root.get("Encrypt")
        timestamp, nonce = root.get("TimeStamp"), root.get("Nonce")
        signature = root.get("MsgSignature")
        if not encrypted or not timestamp or not nonce or not signature:
            raise ReplyError("应答信封缺少 Encrypt、MsgSignature、TimeStamp 或 Nonce")
        if not timestamp.isdecimal():
            raise ReplyError("TimeStamp 不是整数")
        if not same(signature, sign(self._token, timestamp, nonce, encrypted)):
            raise ReplyError("MsgSignature 不符")
        return self._cipher.open(encrypted).decode()

    def _addressed(self, root: Node, userid: str) -> None:
        if (root.get("ToUserName") or "").lower() != userid.lower():
            raise ReplyError("ToUserName 不是发来消息的成员")
        if root.get("FromUserName") != self._corp_id:
            raise ReplyError("FromUserName 不是本企业")
        if not (root.get("CreateTime") or "").isdecimal():
            raise ReplyError("CreateTime 不是整数")


def _shown(root: Node, updates: frozenset[str] | None) -> Shown:
    kind = root.get("MsgType") or ""
    if updates is not None or kind in _UPDATES:
        if kind not in (updates or ()):
            raise ReplyError(f"这次推送不能用「{kind}」应答")
        return _UPDATES[kind](root)
    if kind == "news":
        return news_of(root, _ARTICLES)
    reader = READERS.get(kind)
    if reader is None or kind == "music":
        raise ReplyError(f"MsgType「{kind}」不能回复")
    return reader(root)


def _new_button(root: Node) -> Shown:
    button = root.child("Button")
    name = button.get("ReplaceName") if button else None
    if not name or not name.strip():
        raise ReplyError("update_button 缺少 Button.ReplaceName")
    return Shown(UPDATE_BUTTON, name, {"name": name})


def _new_card(root: Node) -> Shown:
    node = root.child("TemplateCard")
    if node is None:
        raise ReplyError("update_template_card 缺少 TemplateCard")
    return Shown(UPDATE_CARD, "", {"card": check_card(card_of(node), update=True)})


_UPDATES: Final[dict[str, Callable[[Node], Shown]]] = {
    UPDATE_BUTTON: _new_button,
    UPDATE_CARD: _new_card,
}
