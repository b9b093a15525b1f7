// What went over the wire, newest first.
import { $, clock, h } from "./dom.js";

const VERDICTS = {
  answered: ["已应答", "good"],
  silent: ["无回复", ""],
  cut: ["超时切断", "bad"],
  failed: ["失败", "bad"],
  malformed: ["应答不合规", "bad"],
  lost: ["应答丢失", "bad"],
};

const WAYS = { push: "推送", api: "接口", page: "网页" };

export class Wire {
  constructor() {
    this.list = $("wire");
    this.drawn = new Map();
    this.owner = "";
  }

  /** `owner`: whose phones are on the desk. */
  draw(owner, exchanges) {
    if (this.owner !== owner) {
      this.owner = owner;
      this.drawn.clear();
      this.list.replaceChildren();
    }
    for (const exchange of exchanges) this.update(exchange);
    const kept = new Set(exchanges.map((exchange) => exchange.number));
    for (const [number, { item }] of this.drawn) {
      if (!kept.has(number)) { item.remove(); this.drawn.delete(number); }
    }
  }

  update(exchange) {
    const form = JSON.stringify(exchange);
    const old = this.drawn.get(exchange.number);
    if (old?.form === form) return;
    const item = itemOf(exchange, old?.item.querySelector("details")?.open);
    if (old) old.item.replaceWith(item);
    else this.list.prepend(item);
    this.drawn.set(exchange.number, { form, item });
  }

  show(number) {
    const item = this.drawn.get(number)?.item;
    if (!item) return;
    for (const each of this.list.children) each.classList.remove("chosen");
    item.classList.add("chosen");
    item.querySelector("details").open = true;
    item.scrollIntoView({ block: "start" });
    item.querySelector("summary").focus({ preventScroll: true });
  }
}

function itemOf(exchange, open) {
  const details = h("details", "", undefined, summaryOf(exchange), h("div", "body", undefined, ...parts(exchange)));
  details.open = Boolean(open);
  return h("li", "", undefined, details);
}

function summaryOf(exchange) {
  const [text, tone] = chipOf(exchange);
  const way = h("span", `way ${exchange.direction}`, WAYS[exchange.direction]);
  const where = h("span", `where ${exchange.platform}`, exchange.platform === "wecom" ? "企微" : "微信");
  return h("summary", "", undefined, h("time", "", clock(exchange.at)), where, way, h("span", "what", titleOf(exchange)), h("span", `chip ${tone}`, text));
}

/** The kind, and the first words of what it carries. */
function titleOf(exchange) {
  const words = /<(?:Content|EventKey|Label|Status)><!\[CDATA\[([^\]]*)/.exec(exchange.plain)?.[1] ?? "";
  return words ? `${exchange.title}：${words}` : exchange.title;
}

function chipOf(exchange) {
  if (exchange.direction === "page") return ["已转到", "good"];
  if (exchange.direction === "api") {
    const code = /"errcode": (-?\d+)/.exec(exchange.answer)?.[1] ?? "0";
    return code === "0" ? ["成功", "good"] : [`错误 ${code}`, "bad"];
  }
  const last = exchange.attempts.at(-1);
  if (!last?.verdict) return ["等待应答…", ""];
  const [text, tone] = VERDICTS[last.verdict];
  const times = exchange.attempts.length > 1 ? `（第 ${exchange.attempts.length} 次）` : "";
  return [`${text}${times}`, tone];
}

function parts(exchange) {
  if (exchange.direction !== "push") return [...block("请求", exchange.plain), ...block("应答", exchange.answer)];
  return [...block("消息明文", indented(exchange.plain)), ...exchange.attempts.flatMap(attemptParts)];
}

function attemptParts(attempt) {
  const [text] = VERDICTS[attempt.verdict] ?? ["进行中"];
  const status = attempt.status ? `HTTP ${attempt.status}，` : "";
  const head = `第 ${attempt.number} 次推送：${text}，${status}${attempt.seconds} 秒${attempt.reason ? `；${attempt.reason}` : ""}`;
  const query = Object.entries(attempt.query).map(([name, value]) => `${name}=${value}`).join("\n");
  return [
    h("h4", "", head),
    ...(attempt.reply ? block("应答明文", indented(attempt.reply)) : []),
    ...folded("网址参数、发出与收到的原文", [query, attempt.sent, attempt.received].filter(Boolean).join("\n\n")),
  ];
}

function block(title, text) {
  return [h("h4", "", title), h("pre", "", text)];
}

function folded(title, text) {
  return [h("details", "", undefined, h("summary", "note", title), h("pre", "", text))];
}

/** XML with each element of the first level on a line of its own; shown as text. */
function indented(xml) {
  return xml.replace(/^<xml>/, "<xml>\n  ").replace(/(<\/[A-Za-z_0-9]+>)(?=<[A-Za-z])/g, "$1\n  ").replace(/<\/xml>$/, "\n</xml>");
}
