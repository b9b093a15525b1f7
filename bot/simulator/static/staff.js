// The staff phone: a member of the corp with the app open.
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { $ } from "./dom.js";
import { sendPicture } from "./server.js";
import { Web } from "./web.js";

export class StaffPhone {
  /** `act(path, body)` does something for the member whose phone it is; `showWire(number)` opens the log; `visited()` is told of pages. */
  constructor(act, showWire, visited) {
    this.act = act;
    this.member = null;
    this.waiting = 0;
    this.web = new Web($("staff-web"), "staff", visited);
    this.chat = new Chat($("staff-chat"), "应用", {
      choose: (id, text) => this.does("staff/say", { text }),
      press: (number, key, select) => this.does("staff/press", { number, key, select }),
      menu: (number, key) => this.does("staff/menu", { number, key }),
      open: (address) => this.web.open(address, this.member.userid),
      showWire,
    });
    this.composer = new Composer("staff-", {
      say: (text) => this.does("staff/say", { text }),
      speech: (text) => this.does("staff/voice", { text }),
      speechNote: "写下所说的话；企业微信不向应用传识别结果",
      picture: (blob) => sendPicture(`staff/${encodeURIComponent(this.member.userid)}/image`, blob),
      place: (place) => this.does("staff/location", place),
      enter: () => this.does("staff/enter"),
      opened: () => this.chat.toEnd(),
    });
  }

  async does(path, body = {}) {
    if (!this.member) return false;
    this.waiting += 1;
    this.drawWaiting();
    try {
      return await this.act(path, { member: this.member.userid, ...body });
    } finally {
      this.waiting -= 1;
      this.drawWaiting();
    }
  }

  draw(member, staff) {
    if (this.member?.userid !== member.userid) this.web.close();
    this.member = member;
    $("staff-account").textContent = `${staff.app} · ${staff.corp}`;
    $("staff-barred").textContent = `${member.name}现在用不了这个应用：帐号已禁用，或者不在可见范围内`;
    $("staff-barred").hidden = member.reachable;
    $("staff-foot").hidden = !member.reachable;
    this.drawWaiting();
    this.chat.draw(member.userid, member.name, staff.chat);
  }

  drawWaiting() {
    const { member } = this;
    const who = member ? `${member.name}的企业微信${member.label ? ` · ${member.label}` : ""}` : "";
    $("staff-state").textContent = this.waiting ? "正在处理…" : who;
  }
}
