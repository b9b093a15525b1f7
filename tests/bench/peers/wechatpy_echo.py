"""A peer: the bare echo on aiohttp and wechatpy. Decrypt, parse, encrypt; no database, nothing else.

Run as ``python wechatpy_echo.py PORT APP_ID TOKEN AES_KEY``.
"""

from __future__ import annotations

import sys

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply


def application(app_id: str, token: str, aes_key: str) -> web.Application:
    crypto = WeChatCrypto(token, aes_key, app_id)

    async def callback(request: web.Request) -> web.Response:
        query = request.query
        xml = crypto.decrypt_message(
            await request.text(), query["msg_signature"], query["timestamp"], query["nonce"]
        )
        message = parse_message(xml)
        reply = create_reply(message.content, message=message).render()
        sealed = crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
        return web.Response(text=sealed, content_type="application/xml")

    app = web.Application()
    app.router.add_post("/wechat/callback", callback)
    return app


if __name__ == "__main__":
    port, *account = sys.argv[1:]
    web.run_app(application(*account), host="127.0.0.1", port=int(port), print=None, access_log=None)
