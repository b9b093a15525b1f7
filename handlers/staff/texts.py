"""What staff read: what stands where, what may be done now, and how it is said."""

from __future__ import annotations

HELP = (
    "您可以回复：\n{lines}\n办案：回复“办理动作 案号 说明”，例如“受理 YY20260001”“驳回 YY20260001 理由”；"
    "能办什么，看“案件 案号”。卡片上的按钮与打字效果相同。"
)
NOT_UNDERSTOOD = "没有看懂。回复“待办”看要办的事，回复“帮助”看全部功能。"
NOT_BUILT = "“{word}”还不能在这里办，请先用命令行程序 xinshi 或线下办理。"
NOT_TEXT = "这里还不能收{kind}。请用文字回复，回复“帮助”看能办什么。"
KINDS = {"image": "图片", "voice": "语音", "video": "视频", "location": "位置", "link": "链接"}
NO_MORE = "后面没有了。回复“待办”看要办的事。"
CHOICE_GONE = "没有这个序号。回复“待办”看要办的事。"
NOTHING_TO_CANCEL = "现在没有等您确认的事。"
CANCELLED = "好的，没有办理，什么都没有改动。"

TODO = "待办{count}件，最近到期的在前：\n{lines}\n回复序号看详情。"
TODO_LINE = "{no}. {number} {kind} {name}：{state}，{countdown}"
TODO_NONE = "现在没有需要您办的事。"
TODO_PAGE = "打开待办页面"
CASE_PAGE = "打开案件页面办理"

CASE = (
    "{number} {kind}（{state}{outcome}）\n{facts}\n时限：{countdown}。\n{beside}办理记录：\n{steps}\n{next}"
)
FACT = "{label}：{value}"
OUTCOME = "，{outcome}"
BESIDE = "另有：{lines}。\n"
STEP = "· {at} {who} {action}{said}"
SAID = "：{text}"
CAN = "您现在可以：\n{lines}"
CAN_LINE = "“{action} {number}{asks}”"
CAN_NOTHING = "现在没有需要您办的。"
CORRECTION = "报送上级平台：{what} {before} → {after}（{stage}）"
QUEUED, SENT, CONFIRMED = "待导出", "第{batch}批已导出，待回执", "第{batch}批已更新，回执：{receipt}"
MEASURE = "{no}. {text}（依据：{basis}）"
RECORD = "记录：{date} {title}，{authority}{doc_no}，状态：{state}"
GRADE = "现行等级：{grade}，{dated}"
TRACE = "评定理由：\n{lines}"
TRACE_LINE = "· {article}{text}（{fact}：{value}，{test}）"
EVIDENCE = "证据材料：{count}份，回复“材料 {number}”打开"

NEEDS_NUMBER = "请写上案号，例如“{action} YY20260001{asks}”。回复“待办”看案号。"
CONFIRM = "请核对后确认：\n{number} {kind}（{state}）\n{facts}\n时限：{countdown}。\n您要“{action}”{said}\n办理以后：{then}\n确定请回复“确认”，不办请回复“取消”。"
NOTHING_TO_CONFIRM = "没有等您确认的事，或者已经过了{minutes}分钟。请重新办理。"
DONE = "{number}：已{action}，现在是“{state}”{outcome}。{countdown}。"
REOPENED = "原决定保留，已另立{number}重新决定，现在是“{state}”。{countdown}。"

WANTED = "请写上单位全称或统一社会信用代码，例如“{word} 某某有限公司”。"
NO_SUBJECT = "没有找到“{wanted}”。请核对单位全称或18位统一社会信用代码。"
SEVERAL = "叫“{wanted}”的不止一家，请用统一社会信用代码：{codes}。"
NO_CODE = "无代码"
LOOK = "{grade}\n代码：{uscc}\n记录{records}条，现行措施{measures}项。\n{running}回复“措施 {name}”看措施。"
NO_GRADE = "{name}\n还没有生效的等级。"
WAITING = "\n另有一项等级变化等待核定。"
RUNNING = "在办：{lines}。\n"
RUNNING_LINE = "{number} {kind}（{state}）"
MEASURES = "{name}现行措施{count}项：\n{lines}"
MEASURES_NONE = "{name}现在没有登记在册的措施。"
MEASURE_LINE = "{no}. {text}（{executor}执行，自{since}起，依据：{basis}）"
BIND_CODE = "{name}的绑定码：{code}\n只能用一次，{until}前有效。请当面或按登记电话告知，不要在群里发。"

DELIVERIES = "没有送到的消息，最近{count}条：\n{lines}\n重新发送请回复“重发 编号”。"
DELIVERIES_NONE = "没有送不到的消息。"
DELIVERY_LINE = "{id}. {at} {kind}{case}：{status}，{reason}"
ABOUT = "（{number}）"
STATUSES = {"dead": "已放弃", "unreachable": "无法送达", "unknown": "是否送到不明"}
RESENT = "好的，{id}号消息会马上重新发送。"
NOT_RESENT = "没有可以重发的{id}号消息。回复“投递”看没有送到的消息。"
WHICH_RESENT = "请写上编号，例如“重发 12”。回复“投递”看没有送到的消息。"

CARD_UNKNOWN = "卡片已失效"
