"""WeCom's error codes, and what each calls for. The same number may mean another thing than on WeChat."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.api_errors import Action, Meaning, Platform, same

_MINUTE = timedelta(minutes=1)
_SECRET = Meaning(Action.CONFIG, "Secret 与企业不符或已重置，请核对 WECOM_CORP_ID 和 WECOM_SECRET")
_TOKEN = Meaning(Action.REFRESH, "访问令牌缺失、不合法或已过期")
_NOBODY = Meaning(Action.UNREACHABLE, "通讯录中没有该成员，或不在应用可见范围内")
_MALFORMED = Meaning(Action.BUG, "请求参数不合规定")
_NO_RIGHT = Meaning(Action.CONFIG, "应用没有该接口的权限，请在企业微信管理后台核对")
_SCOPE = Meaning(Action.CONFIG, "成员、部门或标签不在应用可见范围内，请在企业微信管理后台核对")
_TOO_LONG = Meaning(Action.PERMANENT, "内容超过平台限制")
_CARD = Meaning(Action.BUG, "模板卡片的内容不合规定")

MEANINGS: dict[int, Meaning] = {
    -1: Meaning(Action.RETRY, "企业微信系统繁忙，稍后自动重试"),
    6000: Meaning(Action.RETRY, "数据正被另一处修改，稍后自动重试"),
    **same((40001, 40091, 41004, 45031), _SECRET),
    **same((40013, 41002), Meaning(Action.CONFIG, "企业 ID 不对，请核对 WECOM_CORP_ID")),
    **same((40056, 41011, 301002), Meaning(Action.CONFIG, "AgentId 不对，请核对 WECOM_AGENT_ID")),
    **same((40014, 41001, 42001), _TOKEN),
    **same((40003, 46004, 60111, 81013), _NOBODY),
    43004: Meaning(Action.UNREACHABLE, "该成员没有启用企业微信"),
    82001: Meaning(Action.PERMANENT, "没有指定接收人"),
    **same((40031, 40032, 40035, 40058, 40063, 44004, 47001), _MALFORMED),
    40008: Meaning(Action.BUG, "消息类型不对"),
    40033: Meaning(Action.BUG, "请求内容含有 \\u 转义"),
    **same((40004, 40005, 40006, 40009, 40011, 40123), Meaning(Action.PERMANENT, "媒体文件不合规定")),
    **same((40007, 41006), Meaning(Action.PERMANENT, "媒体文件不存在或已过三天")),
    44001: Meaning(Action.PERMANENT, "媒体文件为空"),
    **same((45001, 45002, 45007, 45008, 40039), _TOO_LONG),
    40016: Meaning(Action.BUG, "按钮个数不合规定"),
    **same(range(42014, 42016), _CARD),
    42016: Meaning(Action.PERMANENT, "要更新的卡片不存在"),
    **same(range(42017, 42021), _CARD),
    # the code of a card update counts once: the card has been updated, by this call or another
    42022: Meaning(Action.DONE, "该卡片已经更新过"),
    **same(range(42027, 42052), _CARD),
    42052: Meaning(Action.PERMANENT, "消息已过期，不能撤回或更新"),
    43012: Meaning(Action.CONFIG, "应用没有设置接收消息的地址，不能发送可交互的卡片"),
    45009: Meaning(Action.QUOTA, "调用过于频繁，平台暂停接收", _MINUTE),
    45033: Meaning(Action.QUOTA, "并发调用过多，平台暂停接收", _MINUTE),
    45034: Meaning(Action.BUG, "网址缺少 http:// 或 https://"),
    **same((48001, 48002, 48005, 48006, 48008, 48009, 60031), _NO_RIGHT),
    **same((60003, 60123), Meaning(Action.CONFIG, "部门不存在")),
    **same((60011, 60021, 60030), _SCOPE),
    60020: Meaning(Action.CONFIG, "本机 IP 不在应用的企业可信 IP 内，加入后约一分钟生效", _MINUTE),
    **same((40029, 42003), Meaning(Action.PERMANENT, "网页授权码无效、已用过或已过期，请重新进入页面")),
    50001: Meaning(Action.CONFIG, "网页授权的域名与应用的可信域名不一致"),
    84014: Meaning(Action.PERMANENT, "成员票据已过期，请重新进入页面"),
}

WECOM = Platform("wecom", "WECOM_API_BASE", MEANINGS, warning="wrong json format")
