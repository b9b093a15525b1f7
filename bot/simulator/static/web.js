// The browser inside a phone: a page of the service in a frame, with the title bar people know.
import { button, h } from "./dom.js";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

export class Web {
  /** `phone`: firm or staff; `loaded()` is told of every page that was opened, `closed()` of the end. */
  constructor(holder, phone, loaded) {
    this.holder = holder;
    this.phone = phone;
    this.loaded = loaded;
    this.frame = null;
    this.opener = null;
    this.back = button("web-button", "‹", () => this.goBack());
    this.back.setAttribute("aria-label", "返回");
    const close = button("web-button", "×", () => this.close());
    close.setAttribute("aria-label", "关闭网页");
    this.again = button("web-button reload", "⟳", () => this.reload());
    this.again.setAttribute("aria-label", "刷新");
    this.title = h("p", "web-title");
    this.title.setAttribute("aria-live", "polite");
    this.body = h("div", "web-body");
    const bar = h("div", "web-bar", undefined, this.back, close, this.title, this.again);
    holder.append(bar, h("div", "web-line"), this.body);
    holder.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); this.close(); }
    });
  }

  get isOpen() {
    return !this.holder.hidden;
  }

  /** Opens an address on the phone of `who`; one that is not the service's own is only named. */
  open(address, who) {
    this.opener = document.activeElement;
    this.visited = [];
    this.going = false;
    this.holder.hidden = false;
    if (isInside(address)) this.show(address, who);
    else this.name(address);
    this.back.focus({ preventScroll: true });
    this.holder.closest(".phone").scrollIntoView({ block: "nearest" });
  }

  show(address, who) {
    this.frame = h("iframe");
    this.frame.title = "打开的网页";
    this.frame.addEventListener("load", () => this.arrived());
    this.title.textContent = "正在打开…";
    this.again.hidden = false;
    this.holder.classList.add("loading");
    this.frame.src = `open?${new URLSearchParams({ phone: this.phone, who, to: address })}`;
    this.body.replaceChildren(this.frame);
  }

  /** A site of somebody else: people are told where it leads and may go there themselves. */
  name(address) {
    const link = h("a", "primary", "在新标签页打开");
    Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer" });
    const host = new URL(address).host;
    this.title.textContent = host;
    this.again.hidden = true;
    this.frame = null;
    const words = h("p", "", "这是演示以外的网站，手机里不打开。");
    this.body.replaceChildren(h("div", "outside", undefined, h("p", "outside-host", host), words, link));
  }

  arrived() {
    this.holder.classList.remove("loading");
    const page = this.page();
    if (!page || page.location.href === "about:blank") return;
    this.title.textContent = page.document.title || page.location.host;
    const address = page.location.href;
    if (!this.going && this.visited.at(-1) !== address) this.visited.push(address);
    this.going = false;
    page.addEventListener("beforeunload", () => this.holder.classList.add("loading"));
    page.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    this.loaded();
  }

  /** The window of the page; null where the browser keeps it from us. */
  page() {
    try {
      return this.frame?.contentWindow?.location.href ? this.frame.contentWindow : null;
    } catch {
      return null;
    }
  }

  goBack() {
    this.visited.pop();
    const before = this.visited.at(-1);
    if (!before) { this.close(); return; }
    this.going = true;
    this.page()?.location.replace(before);
  }

  reload() {
    this.going = true;
    this.holder.classList.add("loading");
    this.page()?.location.reload();
  }

  close() {
    if (!this.isOpen) return;
    this.holder.hidden = true;
    this.holder.classList.remove("loading");
    this.body.replaceChildren();
    this.frame = null;
    if (this.opener?.isConnected) this.opener.focus();
  }
}

/** Whether an address is the service's own: it stands where this page stands. */
function isInside(address) {
  const { protocol, hostname, port, origin } = new URL(address);
  if (origin === location.origin) return true;
  return LOOPBACK.has(hostname) && LOOPBACK.has(location.hostname) && port === location.port && protocol === location.protocol;
}
