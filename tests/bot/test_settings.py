"""Settings: the contract's names, their other spellings, and one line for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import (
    EXAMPLE_OFFICE,
    is_loopback,
    load_demo_settings,
    load_settings,
    weak_key,
)
from domain.errors import Misconfigured

STRONG = "kT9v-Qz3mW_uR7yLpX2aHs5DfJ8gNcBe"
AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SERVICE = {
    "XINSHI_SECRET_KEY": STRONG,
    "XINSHI_OFFICE": str(EXAMPLE_OFFICE),
    "XINSHI_BASE_URL": "https://credit.example.org",
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "app-secret",
    "WECHAT_TOKEN": "callbacktoken",
    "WECHAT_ENCODING_AES_KEY": AES,
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(("XINSHI_", "WECHAT_", "WECOM_", "WX_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_nothing_set_gives_the_contracts_defaults() -> None:
    settings = load_settings()
    assert settings.data_dir == Path("var")
    assert settings.rulebook == "xixia"
    assert settings.database_url == "sqlite:///var/xinshi.sqlite"
    assert settings.attachments == Path("var/attachments")
    assert settings.wechat_mode == "safe"
    assert settings.log_format == "console"
    assert settings.wechat_api_base == "https://api.weixin.qq.com"


def test_the_database_and_the_attachments_follow_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"XINSHI_DATA_DIR": "/srv/xinshi"})
    settings = load_settings()
    assert settings.database_url == "sqlite:////srv/xinshi/xinshi.sqlite"
    assert settings.attachments == Path("/srv/xinshi/attachments")


@pytest.mark.parametrize(
    ("spelling", "field"),
    [
        ("WECHAT_APPID", "wechat_app_id"),
        ("WX_APPID", "wechat_app_id"),
        ("WECOM_CORPID", "wecom_corp_id"),
    ],
)
def test_the_usual_other_spellings_are_accepted(
    monkeypatch: pytest.MonkeyPatch, spelling: str, field: str
) -> None:
    put(monkeypatch, {spelling: "wx-some-id"})
    assert getattr(load_settings(), field) == "wx-some-id"


@pytest.mark.parametrize("spelling", ["WECHAT_AES_KEY", "WECHAT_ENCODING_AES_KEY", "WECHAT_ENCODING_AESKEY"])
def test_every_spelling_of_the_aes_key_is_checked(monkeypatch: pytest.MonkeyPatch, spelling: str) -> None:
    put(monkeypatch, {spelling: AES})
    assert load_settings().wechat_encoding_aes_key.get_secret_value() == AES
    put(monkeypatch, {spelling: AES[:-1]})
    with pytest.raises(Misconfigured, match="WECHAT_ENCODING_AES_KEY 不对：应为 43 位字母或数字"):
        load_settings()


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("XINSHI_RULEBOOK=pinglu\nXINSHI_LOG_FORMAT=json\n", encoding="utf-8")
    put(monkeypatch, {"XINSHI_RULEBOOK": "hegang"})
    settings = load_settings()
    assert (settings.rulebook, settings.log_format) == ("hegang", "json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XINSHI_DATABASE_URL", "mysql://host/name"),
        ("XINSHI_LOG_FORMAT", "xml"),
        ("XINSHI_BASE_URL", "credit.example.org"),
        ("WECHAT_MODE", "clear"),
        ("WECHAT_TOKEN", "not a token!"),
        ("WECHAT_API_BASE", "ftp://example.org"),
        ("WECOM_AGENT_ID", "one"),
        ("WECOM_AES_KEY", "short"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    put(monkeypatch, {name: value})
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("WECOM_ENCODING_AES_KEY" if name == "WECOM_AES_KEY" else name)
    assert "应为" in line
    assert "expected" in line


def test_a_secret_is_in_no_error_and_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {**SERVICE, "WECHAT_TOKEN": "hush-hush!"})
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "hush" not in str(caught.value)
    put(monkeypatch, SERVICE)
    assert STRONG not in repr(load_settings())
    assert AES not in repr(load_settings())


@pytest.mark.parametrize(
    "key",
    ["short", "a" * 64, "change-me-change-me-change-me-change-me-1", "password-9f8e7d6c5b4a39281706fedc"],
)
def test_a_weak_secret_key_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    assert weak_key(key)
    put(monkeypatch, {"XINSHI_SECRET_KEY": key})
    with pytest.raises(Misconfigured, match="XINSHI_SECRET_KEY 不对（太弱"):
        load_settings().key()


def test_a_missing_secret_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="XINSHI_SECRET_KEY 未设置"):
        load_settings().key()
    put(monkeypatch, {"XINSHI_SECRET_KEY": STRONG})
    assert load_settings().key() == STRONG


def test_a_complete_service_may_start_on_any_host(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SERVICE)
    load_settings().require_serving("0.0.0.0")


@pytest.mark.parametrize("name", list(SERVICE))
def test_the_service_does_not_start_without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, {n: v for n, v in SERVICE.items() if n != name})
    with pytest.raises(Misconfigured, match=f"{name} 未设置"):
        load_settings().require_serving("127.0.0.1")


def test_plain_mode_is_refused_outside_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {**SERVICE, "WECHAT_MODE": "plain"})
    with pytest.raises(Misconfigured, match="WECHAT_MODE 不对（plain）"):
        load_settings().require_serving("127.0.0.1")


def test_a_half_configured_wecom_app_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {**SERVICE, "WECOM_CORP_ID": "ww0123456789abcdef"})
    with pytest.raises(Misconfigured, match="WECOM_AGENT_ID 未设置"):
        load_settings().require_serving("127.0.0.1")


def test_an_office_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {**SERVICE, "XINSHI_OFFICE": "nowhere.toml"})
    with pytest.raises(Misconfigured, match=r"XINSHI_OFFICE 不对（没有这个文件 nowhere\.toml）"):
        load_settings().require_serving("127.0.0.1")


def test_the_demonstration_has_a_database_of_its_own_for_each_rulebook(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(monkeypatch, {"XINSHI_DATABASE_URL": "postgresql://real/one", "XINSHI_RULEBOOK": "pinglu"})
    (tmp_path / ".env").write_text(f"XINSHI_SECRET_KEY={STRONG}\n", encoding="utf-8")
    demo = load_demo_settings()
    assert demo.demonstration
    assert demo.database_url == "sqlite:///var/demo-pinglu.sqlite"
    assert demo.key() != STRONG
    assert load_demo_settings(rulebook="hegang").database_url == "sqlite:///var/demo-hegang.sqlite"


def test_the_demonstration_refuses_another_host_than_this_machine() -> None:
    demo = load_demo_settings()
    demo.require_serving("127.0.0.1")
    with pytest.raises(Misconfigured, match="演示只在本机运行"):
        demo.require_serving("0.0.0.0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_APPID", "wx0123456789abcdef"),
        ("WECOM_CORP_ID", "ww0123456789abcdef"),
    ],
)
def test_the_demonstration_refuses_a_real_account(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    put(monkeypatch, {name: value})
    with pytest.raises(Misconfigured, match="是真实的账号"):
        load_demo_settings()


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("credit.example.org", False),
    ],
)
def test_loopback_means_this_machine_alone(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone
