"""The service account's error codes, and what each calls for."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.api_errors import Action, Meaning, Platform, same

MEANINGS: dict[int, Meaning] = {
    -1: Meaning(Action.RETRY, "微信系统繁忙，稍后自动重试"),
    40001: Meaning(Action.REFRESH, "AppSecret 不对，或访问令牌已失效"),
    40014: Meaning(Action.REFRESH, "访问令牌不合法"),
    42001: Meaning(Action.REFRESH, "访问令牌已过期"),
    40003: Meaning(Action.PERMANENT, "openid 不对，或属于另一个公众号"),
    40013: Meaning(Action.CONFIG, "AppID 不对，请核对 WECHAT_APP_ID"),
    40125: Meaning(Action.CONFIG, "AppSecret 不对，请核对 WECHAT_APP_SECRET"),
    40164: Meaning(
        Action.CONFIG, "本机 IP 不在公众平台的 IP 白名单内，加入后约 10 分钟生效", timedelta(minutes=10)
    ),
    61004: Meaning(
        Action.CONFIG, "本机 IP 不在公众平台的 IP 白名单内，加入后约 10 分钟生效", timedelta(minutes=10)
    ),
    40243: Meaning(Action.CONFIG, "AppSecret 已被冻结，请在公众平台解冻"),
    **same((40004, 40005, 40006, 40007, 40008), Meaning(Action.PERMANENT, "媒体文件或消息类型不合规定")),
    **same(range(40015, 40028), Meaning(Action.PERMANENT, "自定义菜单不合规定")),
    **same(
        (40029, 40163, 42003), Meaning(Action.PERMANENT, "网页授权码无效、已用过或已过期，请重新进入页面")
    ),
    **same((40032, 40033, 40035), Meaning(Action.PERMANENT, "请求内容不合规定")),
    **same((40036, 40037), Meaning(Action.CONFIG, "模板编号不对，请核对办公配置中的消息模板")),
    47001: Meaning(Action.PERMANENT, "请求内容无法解析"),
    47003: Meaning(Action.PERMANENT, "模板消息的内容不合该关键词类型"),
    **same(range(41001, 41010), Meaning(Action.BUG, "请求缺少参数")),
    **same(range(43001, 43004), Meaning(Action.BUG, "请求方式不对")),
    43004: Meaning(Action.UNREACHABLE, "对方没有关注服务号"),
    43005: Meaning(Action.UNREACHABLE, "对方不是好友"),
    43019: Meaning(Action.UNREACHABLE, "对方在黑名单中"),
    43101: Meaning(Action.UNREACHABLE, "对方拒绝接收该类消息"),
    43116: Meaning(Action.CONFIG, "该模板已被禁用"),
    **same(range(44001, 44005), Meaning(Action.BUG, "请求内容为空")),
    **same(range(45001, 45009), Meaning(Action.PERMANENT, "内容超过平台限制")),
    45009: Meaning(Action.QUOTA, "当日调用次数已用完", timedelta(hours=1)),
    45011: Meaning(Action.QUOTA, "每分钟调用次数已用完", timedelta(minutes=1)),
    45015: Meaning(Action.FALLBACK, "超过 48 小时或对方已取消关注，不能发送客服消息"),
    45047: Meaning(Action.FALLBACK, "客服消息条数已用完，等对方再次发言"),
    45065: Meaning(Action.DONE, "同一群发任务已受理"),
    45066: Meaning(Action.QUOTA, "同一群发任务重试过快", timedelta(minutes=1)),
    45067: Meaning(Action.BUG, "群发任务标识过长"),
    45072: Meaning(Action.BUG, "输入状态指令不对"),
    45162: Meaning(Action.BUG, "客服消息类型不对"),
    **same((48001, 48003, 48004, 48008), Meaning(Action.CONFIG, "服务号没有该接口的权限，或权限被封禁")),
    48002: Meaning(Action.UNREACHABLE, "对方关闭了接收消息"),
    **same((50001, 50002, 50005), Meaning(Action.PERMANENT, "对方受限或没有授权")),
    **same((50004, 50007), Meaning(Action.CONFIG, "服务号被处罚或冻结")),
    70000: Meaning(Action.UNREACHABLE, "对方受未成年人保护限制"),
    **same((89503, 89506, 89507), Meaning(Action.CONFIG, "调用须由公众号管理员确认")),
}
WECHAT = Platform("wechat", "WECHAT_API_BASE", MEANINGS)
