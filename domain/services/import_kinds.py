"""What may be imported: the kinds, their columns, and every name that files give a column.

Names are those of the public feeds (records.md 4.1–4.3): field codes such as ``CF_XDR_MC``, Chinese
captions, and the older layouts' codes for the same field (M21). A new spelling is one word here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from domain.errors import Refused


class Use(Enum):
    """What happens with the cells of a column."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    #: codes and document numbers: never searched for personal numbers, which they may resemble
    CODE = "code"
    #: an ID number: sealed for natural persons, otherwise dropped; masked wherever a row goes back
    PERSONAL = "personal"
    #: known, not needed here
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``names`` are its known headers, the first one is shown to people."""

    key: str
    names: tuple[str, ...]
    use: Use = Use.TEXT

    @property
    def caption(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of file. Of each group in ``required`` at least one column must be there."""

    id: str
    title: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def missing(self, present: Iterable[str]) -> list[str]:
        """Captions of the required columns that a header lacks."""
        have = set(present)
        return [
            " 或 ".join(self.column(key).caption for key in group)
            for group in self.required
            if not have.intersection(group)
        ]


def _column(key: str, names: str, use: Use = Use.TEXT) -> Column:
    return Column(key, tuple(names.split()), use)


_NAME = _column(
    "name",
    "主体名称 行政相对人名称 企业名称 单位名称 相对人名称 市场主体名称 信用主体名称 经营主体名称 公司名称 "
    "获奖单位 获奖单位名称 获奖企业 表彰对象 机构名称 法人名称 纳税人名称 被处罚人 被处罚单位 当事人名称 当事人 失信主体名称 评价对象 名称 "
    "CF_XDR_MC XK_XDR_MC XDR_MC QYMC ZTMC",
)
_CODES = (
    _column(
        "uscc",
        "统一社会信用代码 社会信用代码 信用代码 统一代码 统一信用代码 主体代码 企业代码 行政相对人代码_1 "
        "行政相对人代码1 代码_1 代码 CF_XDR_SHXYM XK_XDR_SHXYM XDR_SHXYM TYSHXYDM USCC",
        Use.CODE,
    ),
    _column(
        "reg_no",
        "工商注册号 注册号 工商登记码 营业执照号 营业执照注册号 原注册号 行政相对人代码_2 行政相对人代码2 代码_2 "
        "CF_XDR_GSZC CF_XDR_GSDJ XK_XDR_GSZC XDR_GSZC ZCH",
        Use.CODE,
    ),
    _column(
        "org_code",
        "组织机构代码 机构代码 行政相对人代码_3 行政相对人代码3 代码_3 CF_XDR_ZZJG CF_XDR_ZDM XK_XDR_ZZJG ZZJGDM",
        Use.CODE,
    ),
    _column(
        "tax_no",
        "税务登记号 纳税人识别号 税号 识别号 行政相对人代码_4 行政相对人代码4 代码_4 CF_XDR_SWDJ XK_XDR_SWDJ",
        Use.CODE,
    ),
)
_CATEGORY = _column(
    "category", "主体类别 行政相对人类别 主体类型 市场主体类型 相对人类别 单位类型 CF_XDR_LB XK_XDR_LB"
)
_PERSON_ID = _column(
    "person_id",
    "证件号码 自然人证件号码 行政相对人证件号码 身份证号 身份证号码 居民身份证号 公民身份号码 CF_XDR_ZJHM XK_XDR_ZJHM",
    Use.PERSONAL,
)
#: personal data of people behind a firm: known so that it is dropped and masked, never stored
_DROPPED = (
    _column(
        "representative_id",
        "法定代表人证件号码 法定代表人身份证号 法定代表人身份证号码 法人身份证号 法人代表身份证号 负责人身份证号 "
        "CF_FR_ZJHM CF_FR_SFZH XK_FR_ZJHM",
        Use.PERSONAL,
    ),
    _column("phone", "联系电话 电话 手机 手机号 手机号码 联系方式 企业电话", Use.PERSONAL),
    _column(
        "representative",
        "法定代表人 法定代表人姓名 法人代表 法人 负责人 联系人 经营者 经营者姓名 CF_FRDB CF_FR CF_FDDB XK_FRDB",
        Use.IGNORED,
    ),
    _column(
        "id_type",
        "证件类型 自然人证件类型 法定代表人证件类型 CF_FR_ZJLX CF_XDR_ZJLX XK_FR_ZJLX XK_XDR_ZJLX",
        Use.IGNORED,
    ),
    _column(
        "other",
        "序号 编号 流水号 原行号 退回原因 地方编码 时间戳 数据来源单位代码 数据来源单位统一社会信用代码 事业单位证书号 行政相对人代码_5 "
        "行政相对人代码_6 社会组织登记证号 处罚机关统一社会信用代码 处罚机关代码 地址 住所 注册地址 注册资本 成立日期 "
        "登记机关 经营范围 登记状态 所属地市 所属区县 "
        "CF_XDR_SYDW CF_XDR_SHZZ CF_CFJGDM CF_SJLYDM DFBM SJC FLOWNO ID XH",
        Use.IGNORED,
    ),
    _column("remark", "备注 说明 BZ", Use.IGNORED),
)
_WHO = (_NAME, *_CODES, _CATEGORY, _PERSON_ID)
_ANY_CODE = ("uscc", "reg_no", "org_code", "tax_no", "person_id")
_SOURCE = _column("source", "数据来源单位 数据来源 来源单位 信息来源 报送单位 提供单位 CF_SJLY SJLY")

SUBJECTS = ImportKind(
    "subjects",
    "主体名单",
    (
        *_WHO,
        _column("former_names", "曾用名 曾用名称 原名称 历史名称 变更前名称"),
        _column("industry", "行业 所属行业 行业类别 国民经济行业 行业名称"),
        _column("domains", "领域 所属领域 监管领域 信用领域"),
        *_DROPPED,
    ),
    (("name",), _ANY_CODE),
)
PUBLIC_GRADES = ImportKind(
    "public-grades",
    "公共信用综合评价结果",
    (
        *_WHO,
        _column(
            "grade",
            "评价等级 信用等级 等级 评价结果 公共信用综合评价等级 公共信用等级 综合评价等级 评级 评价等级或信用分 PJDJ XYDJ",
        ),
        _column("score", "评价得分 信用得分 信用分 得分 分数 评分 综合得分 评价分数 PJDF", Use.NUMBER),
        _column(
            "evaluated_on",
            "评价日期 评价时间 评定时间 评定日期 评级日期 评级时间 生成日期 PJSJ PJRQ",
            Use.DATE,
        ),
        _column("source", "评价单位 评价机构 数据来源单位 数据来源 来源 评价主体 发布单位 PJDW"),
        *_DROPPED,
    ),
    (("name",), _ANY_CODE, ("grade",), ("evaluated_on",)),
)
PENALTIES = ImportKind(
    "penalties",
    "行政处罚",
    (
        *_WHO,
        _column(
            "doc_no",
            "行政处罚决定书文号 处罚决定书文号 处罚决定文书号 决定书文号 处罚文号 文书号 文号 案件编号 CF_WSH",
            Use.CODE,
        ),
        _column("title", "处罚名称 案件名称 案由名称 CF_CFMC"),
        _column("act", "违法行为类型 违法行为 案由 违法类型 CF_WFXW"),
        _column("facts", "违法事实 主要违法事实 处罚事由 处罚原因 违法情况 CF_SY"),
        _column("basis", "处罚依据 法律依据 处罚法律依据 依据 CF_YJ"),
        _column("sanctions", "处罚类别 处罚种类 处罚类型 行政处罚类别 处罚类别1 CF_CFLB CF_CFLB1 CFLB1"),
        _column("sanctions2", "处罚类别2 CF_CFLB2 CFLB2"),
        _column("content", "处罚内容 处罚结果 处罚决定内容 行政处罚内容 处理处罚情况 CF_NR"),
        _column("fine", "罚款金额 罚款数额 罚款 罚款额 罚款金额（万元） 罚款金额（元） CF_NR_FK", Use.NUMBER),
        _column(
            "confiscated",
            "没收金额 没收违法所得、没收非法财物的金额 没收违法所得、没收非法财物金额 没收违法所得金额 没收数额 CF_NR_WFFF",
            Use.NUMBER,
        ),
        _column("withheld", "暂扣或吊销证照名称及编号 CF_NR_ZKDX", Use.IGNORED),
        _column(
            "decided_on", "处罚决定日期 决定日期 处罚日期 作出处罚日期 行政处罚决定日期 CF_JDRQ", Use.DATE
        ),
        _column("valid_until", "处罚有效期 处罚期限 CF_YXQ CF_QX", Use.DATE),
        _column("publicity_until", "公示截止期 公示截止日期 公示期限 公示期至 CF_GSJZQ", Use.DATE),
        _column("published_on", "公示日期 公示时间 首次公示日期 公示开始日期 CF_GSRQ", Use.DATE),
        _column(
            "authority",
            "处罚机关 行政处罚机关 作出处罚机关 处罚单位 处罚部门 决定机关 执法机关 CF_CFJG CF_XZJG",
        ),
        _column("state", "当前状态 处罚状态 状态 决定状态 CF_ZT"),
        _column("repair", "修复状态 信用修复状态 是否修复 repairState"),
        _SOURCE,
        *_DROPPED,
    ),
    (("name",), _ANY_CODE, ("doc_no",), ("decided_on",), ("authority",), ("sanctions", "content")),
)
AWARDS = ImportKind(
    "awards",
    "表彰奖励",
    (
        *_WHO,
        _column(
            "title",
            "表彰奖励名称 荣誉名称 奖励名称 奖项名称 表彰名称 荣誉称号 称号 表彰奖励内容 奖励内容 扶持名称",
        ),
        _column(
            "authority",
            "授予单位 表彰单位 颁发单位 授予机关 表彰机关 奖励机关 发证机关 授奖单位 认定单位 颁奖单位",
        ),
        _column("issuer_kind", "授予单位类型 表彰单位类型 授予单位性质 单位性质"),
        _column("endorsed", "主管部门审核认定 行业主管部门审核认定 是否经主管部门认定 主管部门认定 审核认定"),
        _column("doc_no", "表彰文号 文号 证书编号 文件号 决定文号", Use.CODE),
        _column(
            "decided_on", "表彰日期 授予日期 授予时间 获奖日期 获奖时间 奖励日期 颁发日期 认定日期", Use.DATE
        ),
        _column("valid_until", "有效期至 有效期 荣誉有效期 有效期止 截止日期", Use.DATE),
        _SOURCE,
        *_DROPPED,
    ),
    (("name",), _ANY_CODE, ("title",), ("authority",), ("decided_on",)),
)
SERIOUS_LIST = ImportKind(
    "serious-list",
    "严重失信主体名单",
    (
        *_WHO,
        _column("list_name", "名单名称 名单类型 名单类别 列入名单 名单种类 失信名单类型"),
        _column("title", "列入原因 列入事由 失信行为 认定事由 失信情形 列入严重失信名单原因 行为情况"),
        _column(
            "authority",
            "列入机关 作出决定机关（列入） 作出列入决定机关 列入决定机关 认定单位 认定机关 认定部门 列入单位 执行法院",
        ),
        _column("doc_no", "列入决定文号 列入决定书文号 决定书文号 文号 认定文号 案号", Use.CODE),
        _column("decided_on", "列入日期 列入时间 认定日期 认定时间 发布日期 发布时间 录入时间", Use.DATE),
        _column("valid_until", "移出日期 移出时间 退出日期 退出时间 有效期至 有效期", Use.DATE),
        _column("removal", "移出原因 退出原因 移出事由"),
        _column("removed_by", "作出决定机关（移出） 移出机关 作出移出决定机关", Use.IGNORED),
        _column("state", "当前状态 状态 名单状态"),
        _SOURCE,
        *_DROPPED,
    ),
    (("name",), _ANY_CODE, ("authority",), ("decided_on",)),
)
#: the office's own people, as WeCom's console and the office's own lists name their columns
STAFF = ImportKind(
    "staff",
    "工作人员名单",
    (
        _column(
            "userid", "账号 帐号 企业微信账号 企业微信帐号 成员账号 成员帐号 用户账号 用户ID USERID", Use.CODE
        ),
        _column("name", "姓名 成员姓名 人员姓名 工作人员姓名 名字 NAME"),
        _column("roles", "角色 系统角色 工作角色 岗位角色 权限 ROLE ROLES"),
        _column("department", "部门 所在部门 所属部门 单位 所在单位 所属单位 工作单位 DEPARTMENT"),
        _column("state", "状态 账号状态 帐号状态 人员状态 在岗状态 禁用状态"),
        _column("deputy", "代理人 代理人账号 代理人帐号 代理", Use.CODE),
        _column("deputy_since", "代理开始 代理开始日期 代理开始时间 代理起始日期 代理起", Use.DATE),
        _column("deputy_until", "代理结束 代理结束日期 代理结束时间 代理截止日期 代理止", Use.DATE),
        _column("deputy_days", "代理起止 代理起止日期 代理起止时间 代理期间 代理期限"),
        _column("phone", "手机 手机号 手机号码 电话 联系电话 联系方式", Use.PERSONAL),
        _column("person_id", "身份证号 身份证号码 证件号码", Use.PERSONAL),
        _column(
            "other",
            "序号 编号 原行号 退回原因 职务 性别 别名 英文名 企业邮箱 邮箱 激活状态 备注",
            Use.IGNORED,
        ),
    ),
    (("userid",), ("name",), ("roles",), ("department",)),
)

KINDS: dict[str, ImportKind] = {
    kind.id: kind for kind in (SUBJECTS, PUBLIC_GRADES, PENALTIES, AWARDS, SERIOUS_LIST, STAFF)
}


def import_kind(word: str) -> ImportKind:
    """The kind with this id or Chinese title; ``Refused`` lists the known ones."""
    for kind in KINDS.values():
        if word in (kind.id, kind.title):
            return kind
    known = "、".join(f"{kind.id}（{kind.title}）" for kind in KINDS.values())
    raise Refused(f"不认识导入种类“{word}”，可用：{known}")
