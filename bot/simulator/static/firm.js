// The firm's phone: a follower of the service account.
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { $, ask, button, h } from "./dom.js";
import { sendPicture } from "./server.js";
import { Web } from "./web.js";

export class FirmPhone {
  /** `act(path, body)` does something for the person whose phone it is; `showWire(number)` opens the log; `visited()` is told of pages. */
  constructor(act, showWire, visited) {
    this.act = act;
    this.person = null;
    this.scenes = [];
    this.waiting = 0;
    this.menuForm = "";
    this.label = "";
    this.web = new Web($("web"), "firm", visited);
    this.chat = new Chat($("chat"), "公众号", {
      choose: (id, text) => this.does("choose", { id, text }),
      open: (address) => this.web.open(address, this.person.openid),
      showWire,
    });
    this.composer = new Composer("", {
      say: (text) => this.does("say", { text }),
      speech: (text) => this.does("voice", { text }),
      speechNote: "写下所说的话；平台的识别结果可能有，也可能为空",
      picture: (blob) => sendPicture(`people/${encodeURIComponent(this.person.openid)}/image`, blob),
      place: (place) => this.does("location", place),
      video: () => this.does("video"),
      scan: () => this.scan(),
      opened: () => this.chat.toEnd(),
    });
    $("follow").addEventListener("click", () => this.does("unfollow"));
    $("welcome-follow").addEventListener("click", () => this.does("follow"));
    $("welcome-scan").addEventListener("click", () => this.scan());
    document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) closeMenus(); });
  }

  async does(path, body = {}) {
    if (!this.person) return false;
    this.waiting += 1;
    this.drawWaiting();
    try {
      return await this.act(path, { person: this.person.openid, ...body });
    } finally {
      this.waiting -= 1;
      this.drawWaiting();
    }
  }

  draw(person, state, label) {
    if (this.person?.openid !== person.openid) this.web.close();
    this.person = person;
    this.label = label;
    this.scenes = state.scenes;
    $("account-name").textContent = state.account;
    $("welcome-name").textContent = state.account;
    $("welcome").hidden = person.following;
    $("foot").hidden = !person.following;
    $("follow").hidden = !person.following;
    $("follow").textContent = "取消关注";
    this.drawWaiting();
    this.drawMenu(state.menu);
    this.chat.draw(person.openid, person.name, state.chat);
  }

  drawWaiting() {
    const { person } = this;
    const who = `${person?.name ?? ""}的微信${this.label ? ` · ${this.label}` : ""}`;
    $("chat-state").textContent = this.waiting || person?.typing ? "对方正在输入…" : who;
  }

  drawMenu(menu) {
    const form = JSON.stringify(menu);
    if (form === this.menuForm) return;
    this.menuForm = form;
    $("menu").hidden = !menu.length;
    $("menu").replaceChildren(...menu.map((entry) => this.menuColumn(entry)));
  }

  menuColumn(entry) {
    const column = h("div");
    if (!entry.sub_button?.length) {
      column.append(button("", entry.name, () => this.tap(entry)));
      return column;
    }
    const subs = h("div", "submenu", undefined, ...entry.sub_button.map((sub) => button("", sub.name, () => this.tap(sub))));
    subs.hidden = true;
    const parent = button("parent", entry.name, () => {
      const open = subs.hidden;
      closeMenus();
      subs.hidden = !open;
      parent.setAttribute("aria-expanded", String(open));
    });
    parent.setAttribute("aria-expanded", "false");
    column.append(parent, subs);
    return column;
  }

  tap(entry) {
    closeMenus();
    if (entry.type === "view" && /^https?:\/\//.test(entry.url)) this.web.open(entry.url, this.person.openid);
    this.does("tap", { key: entry.key ?? entry.url });
  }

  async scan() {
    const scene = await ask({
      title: "扫一扫",
      note: this.scenes.length ? "服务生成的二维码，或者输入印好的场景值" : "输入二维码的场景值",
      label: "场景值",
      placeholder: "场景值，如 bind",
      choices: this.scenes.slice(0, 8),
    });
    if (scene) this.does("scan", { scene });
  }
}

export function closeMenus() {
  for (const subs of document.querySelectorAll(".submenu")) subs.hidden = true;
  for (const parent of document.querySelectorAll(".parent")) parent.setAttribute("aria-expanded", "false");
}
