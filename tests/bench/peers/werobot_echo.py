"""A peer: WeRoBot's echo, with its default SQLite session or without any. Runs in an environment of its own.

Run as ``python werobot_echo.py PORT APP_ID TOKEN AES_KEY [SESSION_FILE]``; the
server is waitress with its four threads, the fastest of those WeRoBot chooses from.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from werobot import WeRoBot
from werobot.session.sqlitestorage import SQLiteStorage


def robot(app_id: str, token: str, aes_key: str, session_file: str = "") -> WeRoBot:
    made = WeRoBot(
        token=token,
        app_id=app_id,
        encoding_aes_key=aes_key,
        # a storage, or False: None would mean the default file in the working directory
        session_storage=SQLiteStorage(filename=session_file) if session_file else None,
    )
    if not session_file:
        made.config["SESSION_STORAGE"] = False

    @made.text
    def echo(message: Any) -> str:
        return str(message.content)

    return made


if __name__ == "__main__":
    # waitress writes a line for each request that waits: a log is not what is measured
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    port, *rest = sys.argv[1:]
    robot(*rest).run(server="waitress", host="127.0.0.1", port=int(port), enable_pretty_logging=False)
