"""What firms read. Short, polite, one action at a time, and always a way forward.

Written to be read aloud: no abbreviations, no codes of ours, full stops.
"""

from __future__ import annotations

# -- greeting, help, the way forward ------------------------------------------

WELCOME = (
    "您好，这里是{office}的信用服务。\n"
    "您可以查信用等级、看评定理由和改进办法。第一次用，请先回复“绑定”，绑定您的单位。\n"
    "回复“帮助”看全部功能。"
)
WELCOME_BACK = "欢迎回来。回复“查等级”查信用等级，回复“帮助”看全部功能。"
HELP = "您可以回复：\n{lines}\n办到一半，回复“上一步”退回，回复“取消”不办了。要找人，请回复“人工”，或打电话{phone}（{hours}）。"
NOT_UNDERSTOOD = "抱歉，没有听懂。回复“帮助”看能办什么；要找人，请回复“人工”，或打电话{phone}（{hours}）。"
DID_YOU_MEAN = "您是想：\n{choices}\n请回复序号。都不是，请回复“帮助”。"
ALL_SERVICES = "看全部功能"
CHOICE_GONE = "没有这个序号。回复“帮助”看能办什么。"
CHOICE_RANGE = "请回复1到{last}之间的序号。"
NO_MORE = "后面没有了。回复“帮助”看能办什么。"
NOT_TEXT = "现在还不能看{kind}。请用文字告诉我，比如回复“查等级”；回复“帮助”看全部功能。"
NOT_HEARD = "这段语音没有听清。请用文字再说一次，或回复“帮助”。"
UNKNOWN_SCENE = "这个二维码已经失效，或者不是这里的。请向信用办再要一个，或回复“绑定”直接输入绑定码。"
NOT_BUILT = "“{word}”还不能在这里办。请联系{office}，电话{phone}（{hours}），地址：{address}。"

# -- binding ------------------------------------------------------------------

ASK_CODE = (
    "请把{length}位绑定码发给我。\n没有绑定码，请带营业执照到{office}（{address}）领取，或打电话{phone}。"
)
CODE_HELP = "绑定码是信用办给您单位的{length}位字母和数字，只能用一次，{hours}小时内有效。大小写都可以。"
CONFIRM_BINDING = "您要绑定的是：{name}，权限：{power}。\n核对无误，请回复“确认”；不对，请回复“取消”。"
CONFIRM_BINDING_HELP = (
    "为了保护单位的信息，这里的名称只显示一部分。是您的单位就回复“确认”，不是就回复“取消”。"
)
ANSWER_CONFIRM = "请回复“{word}”，或回复“取消”。"
BOUND = "绑定好了：{name}，权限：{power}。\n现在回复“查等级”就能查。"
BOUND_OTHERS_TOLD = "\n已通知这家单位的其他{told}位绑定人。"
BOUND_SEVERAL = "\n您现在绑定了{count}家单位，正在办的是这一家；回复“切换”可以换。"
NEW_BINDING = (
    "{when}，又有一位办事人绑定了您所在的单位，权限：{power}。\n"
    "如果不是贵单位安排的，请马上打电话{phone}，由{office}核实后解除。"
)
ASK_TO_BIND = "您还没有绑定单位。请回复“绑定”，用信用办给的绑定码绑定后再查。"
WHICH_SUBJECT = "您绑定了{count}家单位：\n{choices}\n要办哪一家？请回复序号。"
SWITCHED = "好的，现在办的是：{name}。回复“查等级”就能查。"
ONLY_ONE = "您只绑定了一家单位：{name}，不用切换。回复“查等级”就能查。"
WHICH_UNBIND = "您绑定了：\n{choices}\n要解除哪一家？请回复序号。"
WHICH_UNBIND_HELP = "回复单位前面的序号。解除以后，您就看不到这家单位的信息了，其他人的绑定不受影响。"
CONFIRM_UNBIND = (
    "要解除和“{name}”的绑定。解除以后您就看不到它的信息了，以后可以用新的绑定码再绑。\n确定请回复“确认”。"
)
CONFIRM_UNBIND_HELP = "解除的只是您自己的绑定，单位的信用信息没有变化，其他人的绑定也不受影响。"
UNBOUND = "已经解除和“{name}”的绑定。想再绑，请回复“绑定”。"
NOTHING_BOUND = "您现在没有绑定单位，不用解除。想绑定，请回复“绑定”。"

# -- grade --------------------------------------------------------------------

GRADE = "{name}\n信用等级：{grade}\n{meaning}\n评价规则：{rulebook}\n{dated}\n来源：{source}"
DATED = "{label}：{date}"
GRADE_NEXT = "\n回复“为什么”看评定理由，回复“怎么提升”看改进办法，回复“监管措施”看有什么影响。"
PROVISIONAL = "（暂定）"
NEEDS_REVIEW_NEXT = "\n人工核定由{office}办理，有材料要补充，请打电话{phone}（{hours}）。"
WAITING_FIRST = (
    "{name}\n现在还没有生效的等级：评价结果要由工作人员核定以后才生效。\n"
    "评价规则：{rulebook}\n核定以后回复“查等级”就能看到。有疑问，请打电话{phone}（{hours}）。"
)
WAITING_CHANGE = "\n另有一项评价结果正由工作人员核定，核定以前以上面的等级为准。"

WHY = "{name}，{grade}，{dated}。理由如下："
WHY_RULES = "评价规则：{citation}。"
WHY_CONCLUSION = "结论：{text}"
WHY_OTHERS = "其余各项也对照过，没有改变等级：{facts}。"
WHY_CLOSED = "其余各项也逐条对照过，没有改变等级。"
WHY_NEXT = "觉得不对，请回复“异议”；有疑问，请回复“人工”，或打电话{phone}（{hours}）。想知道怎么变好，请回复“怎么提升”。"
STEP_QUOTED = "依据{article}：{text}"
STEP_RECORD = "· {date} {title}{authority}"
MORE_RECORDS = "· 另有{count}条，回复“我的记录”看全部"
UNVERIFIED = "（这一条的口径以{office}的答复为准）"

IMPROVE = "{name}，现在是{grade}。按现在的记录推算："
IMPROVE_LINE = "{number}. {condition}，等级会是{grade}。"
IMPROVE_NOTE = (
    "这是按规则推算的，等级变好由系统按规则更新，以更新以后的结果为准。回复“我的记录”看每一条记录。"
)
IMPROVE_BEST = "{name}，现在是{grade}，已经是最好的等级。请继续保持，回复“监管措施”看能享受什么。"
IMPROVE_IMPORTED = (
    "{name}，现在是{grade}。这个等级由上级统一评定，本地不能推算怎么变。"
    "先回复“修复”，看看哪些记录可以修复；想具体问，请打电话{phone}（{hours}）。"
)
IMPROVE_NONE = "{name}，现在是{grade}。按现有记录，没有推算出单独一项就能让等级变好的办法。想具体问，请打电话{phone}（{hours}）。"

WHOLE_REPORT = "看完整报告"

RULES_ONLY = (
    "按“{rulebook}”，信用等级分为：\n{lines}\n某家单位的等级，只给绑定了它的人看。请回复“绑定”绑定您的单位。"
)
ASK_WHICH_PUBLIC = (
    "请回复“查等级”加上单位全称或统一社会信用代码，比如：查等级 某某有限公司。要看详细理由，请回复“绑定”。"
)
NO_SUCH_SUBJECT = "没有查到“{wanted}”。请核对单位全称或18位统一社会信用代码后再试。"
SEVERAL_SUBJECTS = "有几家单位都叫“{wanted}”。请用18位统一社会信用代码再查一次。"
NOT_YOURS = "这家单位的等级只给绑定了它的人看。如果是您的单位，请回复“绑定”。"
PUBLIC_NEXT = "\n这里只显示可以公开的内容。是您的单位，请回复“绑定”看详细理由。"

# -- records, measures --------------------------------------------------------

RECORDS = "{name}共有{count}条记录，从新到旧："
RECORDS_LATEST = "{name}的记录较多，这里是最近的{count}条，从新到旧："
RECORDS_NONE = "{name}现在没有记录。回复“查等级”看信用等级。"
RECORDS_NEXT = (
    "记录有错，请回复“异议”；已经改正的，请回复“修复”看能不能修复。有疑问，请打电话{phone}（{hours}）。"
)
RECORD_LINE = "{number}. {date} {kind}：{title}{authority}{industry}。状态：{state}；{publicity}。"
INDUSTRY_GRADE = "，折合行业等级{grade}"
NOT_PUBLISHED = "未公示"
PUBLISHED_UNTIL = "公示到{date}"
PUBLISHED = "公示中，没有写明期限"
PUBLICITY_OVER = "公示已于{date}到期"
PUBLICITY_ENDED = "已停止公示"

RECORDS_PAGE = "看每条记录的日期和办法"

MEASURES = "{name}，{grade}。按规则对应的监管措施："
MEASURE_LINE = "{number}. {modality}：{text}（由{executor}执行{basis}）"
MEASURE_BASIS = "，依据{basis}"
MEASURES_NONE = "{name}，{grade}。规则没有为这种情形规定监管措施。回复“为什么”看评定理由。"
MEASURES_NEXT = (
    "“应当”是必须做的；“可以”“原则上”“视情况”的，由执行单位按具体情况决定。有疑问请打电话{phone}（{hours}）。"
)
MODALITIES = {"must": "应当", "may": "可以", "principle": "原则上", "discretionary": "视情况"}

MEASURES_PAGE = "看正在执行的措施"

# -- privacy ------------------------------------------------------------------

NOTICE = (
    "【个人信息告知】{version}版\n谁在处理：{processor}，联系方式：{contact}。\n为了什么：{purposes}。\n"
    "处理什么：{data}。\n依据：{basis}。\n保存多久：{retention}。\n提供给谁：{sharing}。\n您的权利：{rights}。"
)
PRIVACY_CHOICES = "\n想办哪一件？\n{choices}\n请回复序号。"
MY_DATA = "我们保存着您的这些信息：\n{lines}\n想删除，请回复“删除”；想更正，请回复“更正”。"
MY_DATA_ACCOUNT = "您的微信标识（不是微信号）：{sender}，{followed}"
FOLLOWED = "已关注"
NOT_FOLLOWED = "没有关注"
MY_DATA_NOTICE = "告知您的个人信息告知：{version}版"
MY_DATA_BINDING = "绑定：{name}，权限{power}，从{date}起{until}"
MY_DATA_UNTIL = "，到{date}止"
MY_DATA_NO_BINDING = "没有绑定单位"
MY_DATA_UNFINISHED = "没有办完的“{form}”：填过的内容加密保存，回复“取消”就清除"
MY_DATA_TALK = "会话：您发来的原文不保存，只加密保存办到哪一步和给您的回复"
MY_DATA_LOGS = "您查询过哪些单位的日志：只记编号，按规定保存"
CORRECT = (
    "您的微信标识由微信提供，绑定的单位可以自己改：回复“解绑”解除，回复“绑定”重新绑定。\n"
    "单位的记录有错，请回复“异议”；名称、代码有错，请带证明材料联系{office}，电话{phone}（{hours}），地址：{address}。"
)
CONFIRM_ERASE = (
    "要删除您在这里的个人信息：解除{count}家单位的绑定，清除会话内容和您的微信标识。删除以后找不回来。\n"
    "依法必须保存的查询日志和操作日志只留编号，不留您的标识。单位的信用信息不属于您个人，不会删除。\n"
    "确定请回复“确认删除”。"
)
CONFIRM_ERASE_HELP = "删除的只是您个人在这里的信息。要继续删除请回复“确认删除”四个字。"
ERASED = "您的个人信息已经删除。以后想再用，回复任何内容就可以重新开始。"
CONFIRM_WITHDRAW = (
    "撤回同意，就是解除您绑定的{count}家单位，以后不再向您提供它们的信息。以前已经办的事仍然有效。\n"
    "确定请回复“确认”。"
)
CONFIRM_WITHDRAW_HELP = "撤回以后随时可以用新的绑定码再绑。只想解除其中一家，请先回复“取消”，再回复“解绑”。"
WITHDRAWN = "已经撤回，{count}家单位的绑定都解除了。以前办的事仍然有效。想再用，请回复“绑定”；想删除信息，请回复“删除”。"
NOTHING_TO_WITHDRAW = "您现在没有绑定单位，没有需要撤回的。想删除个人信息，请回复“删除”。"
