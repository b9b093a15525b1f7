"""Settings from the environment or a ``.env`` file, under the names the contract gives.

A wrong or missing value stops the start with one line that names the setting
and says what is expected, in Chinese and in English; a secret's value is
never printed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import Misconfigured

#: what is shipped beside the code
EXAMPLE_OFFICE = Path(__file__).resolve().parent.parent / "office.example.toml"

WeChatMode = Literal["safe", "compatible", "plain"]

_NO_SECRET = SecretStr("")
_DATABASE_URL = re.compile(r"^(sqlite(\+aiosqlite)?:///.+|postgres(ql)?(\+asyncpg)?://.+)$")
_WEB_ADDRESS = re.compile(r"^https?://[^\s/?#]+[^\s?#]*$")
_AES_KEY = re.compile(r"^[A-Za-z0-9]{43}$")
_TOKEN = re.compile(r"^[A-Za-z0-9]{3,32}$")
#: what the platforms really issue; the demonstration's own ids do not look like it
_REAL_APP_ID = re.compile(r"^w[wx][0-9a-f]{16}$")
_PLACEHOLDERS = re.compile(
    r"change.?me|secret.?key|password|example|xinshi|123456|abcdef|qwerty", re.IGNORECASE
)

#: setting → what is expected of it, for people and for scripts
_EXPECTED: dict[str, tuple[str, str]] = {
    "XINSHI_DATABASE_URL": (
        "应为 sqlite:///路径 或 postgresql://用户:口令@主机/库名",
        "expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME",
    ),
    "XINSHI_DATA_DIR": ("应为一个文件夹", "expected a folder"),
    "XINSHI_RULEBOOK": (
        "应为规则手册的编号或 TOML 文件路径",
        "expected a rulebook id or the path of a TOML file",
    ),
    "XINSHI_OFFICE": (
        "应为本单位事实的 TOML 文件，可从 office.example.toml 复制",
        "expected the path of a TOML file; start from office.example.toml",
    ),
    "XINSHI_BASE_URL": (
        "应为 http(s):// 开头的网址，不带问号",
        "expected an http(s):// address without a query",
    ),
    "XINSHI_SECRET_KEY": (
        "应为 32 位以上的随机字符，可用 openssl rand -base64 48 生成",
        "expected 32 or more random characters, e.g. from: openssl rand -base64 48",
    ),
    "XINSHI_LOG_FORMAT": ("应为 console 或 json", "expected console or json"),
    "XINSHI_ATTACHMENTS": ("应为一个文件夹", "expected a folder"),
    "XINSHI_SEALS": (
        "应为放印章图片的文件夹，图片以单位全称命名",
        "expected a folder with pictures of seals, each named after its department",
    ),
    "WECHAT_APP_ID": ("应为服务号的 AppID", "expected the service account's app id"),
    "WECHAT_APP_SECRET": ("应为服务号的 AppSecret", "expected the service account's app secret"),
    "WECHAT_TOKEN": ("应为 3 到 32 位字母或数字", "expected 3 to 32 letters or digits"),
    "WECHAT_ENCODING_AES_KEY": ("应为 43 位字母或数字", "expected 43 letters or digits"),
    "WECHAT_MODE": (
        "应为 safe 或 compatible；plain 只用于演示和测试",
        "expected safe or compatible; plain is for the demonstration and tests",
    ),
    "WECHAT_API_BASE": ("应为 http(s):// 开头的网址", "expected an http(s):// address"),
    "WECOM_CORP_ID": ("应为企业微信的企业 ID", "expected the corp id"),
    "WECOM_AGENT_ID": ("应为企业微信应用的 AgentId，一个整数", "expected the agent id, a whole number"),
    "WECOM_SECRET": ("应为企业微信应用的 Secret", "expected the app's secret"),
    "WECOM_TOKEN": ("应为 3 到 32 位字母或数字", "expected 3 to 32 letters or digits"),
    "WECOM_ENCODING_AES_KEY": ("应为 43 位字母或数字", "expected 43 letters or digits"),
    "WECOM_API_BASE": ("应为 http(s):// 开头的网址", "expected an http(s):// address"),
}

_WECHAT = ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY")
_WECOM = ("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "WECOM_TOKEN", "WECOM_ENCODING_AES_KEY")


def _setting(name: str, *others: str, default: Any = "") -> Any:
    return Field(default, validation_alias=AliasChoices(name, *others), validate_default=False)


def refuse(name: str, *, missing: bool = False, detail: str = "") -> Misconfigured:
    """The one line for a setting: its name, what is wrong, what is expected."""
    chinese, english = _EXPECTED[name]
    state = ("未设置", "is not set") if missing else ("不对", "is wrong")
    extra = f"（{detail}）" if detail else ""
    return Misconfigured(f"{name} {state[0]}{extra}：{chinese} / {name} {state[1]}: {english}")


def read_text(path: Path) -> str:
    """A text file that a person wrote, with or without a byte order mark; ``Misconfigured`` where it is no UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Misconfigured(
            f"{path.name} 的文字编码不对：应存为 UTF-8 / {path.name} is not UTF-8 text"
        ) from None


def weak_key(key: str) -> bool:
    """Whether a secret key is too short, too regular or an obvious placeholder."""
    return len(key) < 32 or len(set(key)) < 12 or _PLACEHOLDERS.search(key) is not None


class Settings(BaseSettings):
    """One installation's settings; frozen. Made by ``load_settings`` so that errors are one line."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )
    demonstration: ClassVar[bool] = False

    data_dir: Path = _setting("XINSHI_DATA_DIR", default=Path("var"))
    rulebook: str = _setting("XINSHI_RULEBOOK", default="xixia")
    database_url: str = Field(
        validation_alias="XINSHI_DATABASE_URL",
        default_factory=lambda data: f"sqlite:///{data.get('data_dir', 'var')}/xinshi.sqlite",
    )
    office: Path | None = _setting("XINSHI_OFFICE", default=None)
    base_url: str = _setting("XINSHI_BASE_URL")
    secret_key: SecretStr = _setting("XINSHI_SECRET_KEY", default=_NO_SECRET)
    log_format: Literal["console", "json"] = _setting("XINSHI_LOG_FORMAT", default="console")
    attachments: Path = Field(
        validation_alias="XINSHI_ATTACHMENTS",
        default_factory=lambda data: Path(data.get("data_dir", "var")) / "attachments",
    )
    seals: Path | None = _setting("XINSHI_SEALS", default=None)

    wechat_app_id: str = _setting("WECHAT_APP_ID", "WECHAT_APPID", "WX_APP_ID", "WX_APPID")
    wechat_app_secret: SecretStr = _setting(
        "WECHAT_APP_SECRET",
        "WECHAT_APPSECRET",
        "WECHAT_SECRET",
        "WX_APP_SECRET",
        "WX_SECRET",
        default=_NO_SECRET,
    )
    wechat_token: SecretStr = _setting("WECHAT_TOKEN", "WX_TOKEN", default=_NO_SECRET)
    wechat_encoding_aes_key: SecretStr = _setting(
        "WECHAT_ENCODING_AES_KEY",
        "WECHAT_AES_KEY",
        "WECHAT_ENCODING_AESKEY",
        "WX_AES_KEY",
        default=_NO_SECRET,
    )
    wechat_mode: WeChatMode = _setting("WECHAT_MODE", default="safe")
    wechat_api_base: str = _setting("WECHAT_API_BASE", default="https://api.weixin.qq.com")

    wecom_corp_id: str = _setting("WECOM_CORP_ID", "WECOM_CORPID")
    wecom_agent_id: int = _setting("WECOM_AGENT_ID", "WECOM_AGENTID", default=0)
    wecom_secret: SecretStr = _setting("WECOM_SECRET", "WECOM_CORP_SECRET", default=_NO_SECRET)
    wecom_token: SecretStr = _setting("WECOM_TOKEN", default=_NO_SECRET)
    wecom_encoding_aes_key: SecretStr = _setting(
        "WECOM_ENCODING_AES_KEY", "WECOM_AES_KEY", "WECOM_ENCODING_AESKEY", default=_NO_SECRET
    )
    wecom_api_base: str = _setting("WECOM_API_BASE", default="https://qyapi.weixin.qq.com")

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        return _match(value, _DATABASE_URL)

    @field_validator("base_url", "wechat_api_base", "wecom_api_base")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return _match(value.rstrip("/"), _WEB_ADDRESS)

    @field_validator("wechat_token", "wecom_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        _match(value.get_secret_value(), _TOKEN)
        return value

    @field_validator("wechat_encoding_aes_key", "wecom_encoding_aes_key")
    @classmethod
    def _is_an_aes_key(cls, value: SecretStr) -> SecretStr:
        _match(value.get_secret_value(), _AES_KEY)
        return value

    def key(self) -> str:
        """The secret key in clear, for deriving keys; ``Misconfigured`` where it is missing or weak."""
        key = self.secret_key.get_secret_value()
        if not key:
            raise refuse("XINSHI_SECRET_KEY", missing=True)
        if weak_key(key):
            raise refuse("XINSHI_SECRET_KEY", detail="太弱 / too weak")
        return key

    def office_file(self) -> Path:
        """The office file; ``Misconfigured`` where none is set or it does not exist."""
        if self.office is None:
            raise refuse("XINSHI_OFFICE", missing=True)
        if not self.office.is_file():
            raise refuse("XINSHI_OFFICE", detail=f"没有这个文件 {self.office}")
        read_text(self.office)
        return self.office

    @property
    def has_wecom(self) -> bool:
        """Whether the WeCom app is configured; without it the service account runs alone."""
        return any(self._value(name) for name in _WECOM)

    def require_wechat(self) -> None:
        """Check that the service account is configured; ``Misconfigured`` names the first thing missing."""
        self._require(_WECHAT)

    def require_wecom(self) -> None:
        """Check that the WeCom app is configured; ``Misconfigured`` names the first thing missing."""
        self._require(_WECOM)

    def _require(self, names: Iterable[str]) -> None:
        for name in names:
            if not self._value(name):
                raise refuse(name, missing=True)

    def require_serving(self, host: str) -> None:
        """Check all that ``serve`` needs on ``host``; ``Misconfigured`` names the first thing missing."""
        self.key()
        self.office_file()
        self._require(("XINSHI_BASE_URL", *_WECHAT, *(_WECOM if self.has_wecom else ())))
        if self.wechat_mode == "plain":
            raise refuse("WECHAT_MODE", detail="plain")

    def _value(self, name: str) -> Any:
        value = getattr(self, name.removeprefix("XINSHI_").lower())
        return value.get_secret_value() if isinstance(value, SecretStr) else value


class DemoSettings(Settings):
    """The demonstration: a database and keys of its own, loopback only, no real app id.

    What would reach a real installation (its database, key, office, app ids)
    is not taken from the environment.
    """

    demonstration: ClassVar[bool] = True

    def key(self) -> str:
        return self.secret_key.get_secret_value()

    def require_serving(self, host: str) -> None:
        if not is_loopback(host):
            raise Misconfigured(
                f"演示只在本机运行，--host 应为 127.0.0.1（现为 {host}）"
                f" / the demonstration runs on loopback only, not on {host}"
            )


def _match(value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.match(value):
        raise ValueError("wrong form")
    return value


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _spellings() -> dict[str, list[str]]:
    """Field → the names it may be set by, the contract's first."""
    return {
        field: [str(each) for each in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]
        for field, info in Settings.model_fields.items()
        if (alias := info.validation_alias)
    }


def setting_names() -> frozenset[str]:
    """Every name a setting may be set by, other spellings included."""
    return frozenset(name for names in _spellings().values() for name in names)


def _canonical(location: str) -> str:
    """The contract's name for a field name or any of its spellings."""
    for field, names in _spellings().items():
        if location.lower() in (field, *(name.lower() for name in names)):
            return names[0]
    return location


_S = TypeVar("_S", bound=Settings)


def load_settings(**values: Any) -> Settings:
    """Settings from the environment and ``.env``; ``values`` (field names) go before both.

    Raises ``Misconfigured`` with one line for the first wrong setting.
    """
    return _load(Settings, values)


def _load(kind: type[_S], values: dict[str, Any]) -> _S:
    try:
        return kind(**values)
    except ValidationError as error:
        raise refuse(_canonical(str(error.errors()[0]["loc"][0]))) from None


def load_demo_settings(**values: Any) -> DemoSettings:
    """Settings of the demonstration for the rulebook and data folder the environment names.

    Raises ``Misconfigured`` where the environment holds a real app id: a demonstration
    beside a real account is refused, not silently kept apart.
    """
    configured = load_settings(**values)
    for name in ("WECHAT_APP_ID", "WECOM_CORP_ID"):
        if _REAL_APP_ID.match(str(configured._value(name))):
            raise Misconfigured(
                f"{name} 是真实的账号，演示不使用真实账号：请先清除它"
                f" / {name} is a real account; the demonstration refuses it: unset it first"
            )
    stem = Path(configured.rulebook).stem
    demo: dict[str, Any] = {
        "rulebook": configured.rulebook,
        "data_dir": configured.data_dir,
        "log_format": configured.log_format,
        "wechat_mode": configured.wechat_mode,
        "database_url": f"sqlite:///{configured.data_dir}/demo-{stem}.sqlite",
        "attachments": configured.data_dir / f"demo-{stem}-attachments",
        "office": EXAMPLE_OFFICE,
        **_DEMO_VALUES,
        **values,
    }
    return _load(DemoSettings, demo)


#: Fixed, public values: whatever is sealed with them is synthetic.
_DEMO_VALUES: dict[str, Any] = {
    "base_url": "http://127.0.0.1:8080",
    "secret_key": "demonstration only: everything sealed with this is synthetic",
    "wechat_app_id": "wx-demo-xinshi",
    "wechat_app_secret": "demo-app-secret",
    "wechat_token": "demotoken",
    "wechat_encoding_aes_key": "demo0demo1demo2demo3demo4demo5demo6demo7dem",
    "wechat_api_base": "http://127.0.0.1:8080/sim/wechat",
    "wecom_corp_id": "ww-demo-xinshi",
    "wecom_agent_id": 1000001,
    "wecom_secret": "demo-corp-secret",
    "wecom_token": "demotoken",
    "wecom_encoding_aes_key": "demo0demo1demo2demo3demo4demo5demo6demo7dem",
    "wecom_api_base": "http://127.0.0.1:8080/sim/wecom",
}
