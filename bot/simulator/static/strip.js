// The calendar: what day it is, where the clock may go, which days are worked, and what arrived on the way.
import { $, ask, button, h, moment } from "./dom.js";
import { asked, get } from "./server.js";

const WEEK = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
const SHANGHAI = { timeZone: "Asia/Shanghai" };
const KINDS = [[/审计日报/, "审计日报"], [/早上好/, "每日待办"], [/超期提醒/, "超期提醒"], [/提醒/, "期限提醒"], [/放假安排/, "日历提示"], [/修复/, "修复提醒"]];
const MOST_LINES = 14;

export class Strip {
  /** `arrived()` is told after every move; `goTo(phone, who)` shows a phone. */
  constructor(arrived, goTo) {
    this.arrived = arrived;
    this.goTo = goTo;
    this.today = "";
    this.days = [];
    this.form = "";
    for (const each of document.querySelectorAll("[data-move]")) {
      each.addEventListener("click", () => this.move(each.dataset.move === "hour" ? { hours: 1 } : { next: "workday" }));
    }
    $("pick-day").addEventListener("click", () => this.pick());
    $("days").addEventListener("keydown", (event) => this.walk(event));
  }

  /** Draws the present; the days are asked for anew when it is another day. */
  async draw(state, fresh = false) {
    const today = new Date(state.now).toLocaleDateString("sv-SE", SHANGHAI);
    $("now-time").textContent = `${moment(state.now).replace(" ", ` ${WEEK[new Date(`${today}T00:00:00Z`).getUTCDay()]} `)}`;
    document.body.classList.toggle("moving", state.moving);
    for (const each of document.querySelectorAll("[data-move], #pick-day")) each.disabled = state.moving;
    if (today !== this.today || fresh) {
      this.today = today;
      await this.load();
    }
  }

  async load() {
    const { days, latest } = await get("calendar");
    const form = JSON.stringify(days);
    if (form === this.form) return;
    this.form = form;
    this.days = days;
    this.latest = latest;
    $("days").replaceChildren(...days.map((each) => this.cell(each)));
    $("now-day").textContent = this.aboutToday();
    const current = $("days").querySelector(".today");
    if (current) $("days").scrollLeft = Math.max(0, current.offsetLeft - 3 * current.offsetWidth);
  }

  aboutToday() {
    const today = this.days.find((each) => each.today);
    if (!today) return "";
    if (today.worked) return today.name ? "调休上班" : "工作日";
    const next = this.days.find((each) => each.day > today.day && each.worked);
    const until = next ? `，${Number(next.day.slice(5, 7))}月${Number(next.day.slice(8))}日上班` : "";
    return `${today.name || "休息日"}${until}`;
  }

  cell(day) {
    const [, month, date] = day.day.split("-").map(Number);
    const name = WEEK[new Date(`${day.day}T00:00:00Z`).getUTCDay()];
    const past = day.day < this.today;
    const kind = day.worked ? (day.name ? "调休上班" : "工作日") : day.name || "休息日";
    const due = day.due ? `，${day.due}件到期` : "";
    const item = button(["day", day.worked ? "" : "rest", day.worked && day.name ? "makeup" : "", day.today ? "today" : "", past ? "past" : ""].join(" ").trim(), undefined, () => {
      if (!past) this.move({ date: day.day });
    });
    const face = h("span", "face", undefined, h("span", "wd", name.slice(1)), h("span", "num", date === 1 ? `${month}/1` : String(date)), h("span", day.due ? "mark due" : "mark", markOf(day)));
    item.title = `${month}月${date}日 ${name} ${kind}${due}${day.settled ? "" : "（暂定）"}`;
    face.setAttribute("aria-hidden", "true");
    item.append(face, h("span", "unseen", item.title));
    if (day.today) item.setAttribute("aria-current", "date");
    if (past) item.setAttribute("aria-disabled", "true");
    item.tabIndex = day.today ? 0 : -1;
    return item;
  }

  /** One stop for the keyboard; arrows go from day to day. */
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 }[event.key];
    if (!step) return;
    const cells = [...$("days").children];
    const to = cells[Math.min(Math.max(cells.indexOf(document.activeElement) + step, 0), cells.length - 1)];
    event.preventDefault();
    for (const each of cells) each.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  async pick() {
    const tomorrow = this.days.find((each) => each.day > this.today)?.day ?? this.today;
    const date = await ask({ title: "把时钟拨到哪一天", note: "到那天早上 9:00；途中每个工作日到期的事都照办。只能往前拨。", label: "日期", type: "date", value: tomorrow, max: this.latest });
    if (date) this.move({ date });
  }

  async move(body) {
    if (document.body.classList.contains("moving")) return;
    document.body.classList.add("moving");
    this.closeFired();
    const answer = await asked("clock", body);
    document.body.classList.remove("moving");
    if (answer) this.showFired(answer.fired);
    this.arrived();
  }

  showFired(fired) {
    const close = button("close", "×", () => this.closeFired());
    close.setAttribute("aria-label", "收起");
    const title = h("h2", "", fired.length ? `途中发出 ${fired.length} 条消息` : "途中没有到期的事");
    const list = h("ol", "", undefined, ...grouped(fired).map((each) => h("li", "", undefined, this.line(each))));
    $("fired").replaceChildren(h("div", "fired-head", undefined, title, close), list);
    $("fired").hidden = false;
  }

  line({ first, count, kind }) {
    const words = first.text.split("\n").find((line) => /提醒|。|，/.test(line)) ?? first.text.split("\n")[0];
    const row = button("", undefined, () => { this.closeFired(); this.goTo(first.phone, first.who); });
    row.append(h("time", "", moment(first.at)), h("strong", "", first.name), h("span", `kind ${first.phone}`, count > 1 ? `${kind} ×${count}` : kind), h("span", "words-of", words));
    return row;
  }

  closeFired() {
    $("fired").hidden = true;
  }
}

function markOf(day) {
  if (day.due) return `${day.due}件`;
  if (day.worked) return day.name ? "班" : "";
  return day.name ? day.name.replace("节", "").slice(0, 2) : "休";
}

/** One line for each message; where there are many, one for each person and kind, the latest shown. */
function grouped(fired) {
  const each = fired.map((one) => ({ first: one, count: 1, kind: KINDS.find(([sign]) => sign.test(one.text))?.[1] ?? "消息" }));
  if (each.length <= MOST_LINES) return each;
  const groups = new Map();
  for (const one of each) {
    const key = `${one.first.who} ${one.kind}`;
    groups.set(key, { ...one, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

