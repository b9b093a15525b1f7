"""serve, demo, chat, menu push: the service itself, and the same talk in a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.speech import ChineseCommand, new_app, say
from bot.cli.workplace import open_workplace
from bot.settings import load_demo_settings, load_settings

menu_app = new_app("服务号菜单")

_HERE = "127.0.0.1"
Host = Annotated[str, typer.Option("--host", metavar="地址", help="监听的地址")]
Port = Annotated[int, typer.Option("--port", metavar="端口", min=1, max=65535, help="监听的端口")]


def serve(host: Host = _HERE, port: Port = 8080) -> None:
    """启动服务：两个回调、网页、定时任务、消息投递。"""
    settings = load_settings()
    settings.require_serving(host)
    from bot.app import run_serve

    run_serve(settings, host, port)


def demo(
    host: Host = _HERE,
    port: Port = 8080,
    reset: Annotated[bool, typer.Option("--reset", help="清空演示数据，重新装载")] = False,
) -> None:
    """启动演示：服务、模拟器和演示数据，只在本机。"""
    settings = load_demo_settings()
    settings.require_serving(host)
    from bot.demo.serve import run_demo

    run_demo(settings, port, reset=reset, tell=say)


def chat(
    ctx: typer.Context,
    who: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="firm:编号|staff:账号",
            help="以谁的身份，如 firm:张三、firm:统一社会信用代码、staff:window1",
        ),
    ],
) -> None:
    """在终端里对话：与服务号、企业微信同一套对话，不需要网络。Ctrl-D 结束。"""
    from bot.channels.console import read_identity

    identity = read_identity(who)
    from bot.cli.chatting import chat as chat_with

    chat_with(open_workplace(demo=ctx.obj), identity)


@menu_app.command("push", cls=ChineseCommand)
def menu_push(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示，不推送")] = False,
) -> None:
    """把菜单推送到服务号。"""
    from bot.cli.platform import menu_text, push

    if dry_run:
        say(menu_text(open_workplace(demo=ctx.obj).settings.base_url))
        return
    place = open_workplace(demo=ctx.obj)
    place.settings.require_wechat()
    push(place)
    say("菜单已推送。粉丝重新进入公众号后可见，最迟 24 小时。")
