// The chat: bubbles, cards, system lines. Only what is new or changed is drawn.
import { templateCard } from "./cards.js";
import { anchor, button, clock, h, moment, withLinks } from "./dom.js";
import { markdown } from "./markdown.js";

const QUIET = 5 * 60 * 1000;
const WIDE = new Set(["template_card", "template", "textcard", "news"]);
const KINDS = { voice: "语音", video: "视频", location: "位置", link: "链接", music: "音乐", miniprogrampage: "小程序", file: "文件" };

/** One phone's chat. `acts`: choose(id, text), press(number, key, select), menu(number, key), open(address), showWire(number). */
export class Chat {
  constructor(list, account, acts) {
    this.list = list;
    this.scroller = list.parentElement;
    this.account = account;
    this.acts = acts;
    this.forget("");
    list.addEventListener("click", (event) => this.follow(event));
  }

  /** Links open inside the phone, as they do in WeChat; with a modifier key they open beside. */
  follow(event) {
    const link = event.target.closest("a[href]");
    const address = link?.getAttribute("href") ?? "";
    if (!/^https?:\/\//.test(address) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.acts.open(address);
  }

  forget(owner) {
    Object.assign(this, { owner, shown: 0, lastAt: 0, items: new Map() });
    this.list.replaceChildren();
  }

  draw(owner, name, bubbles) {
    if (this.owner !== owner || (bubbles.length && bubbles.at(-1).number < this.shown)) this.forget(owner);
    for (const bubble of bubbles) this.redraw(name, bubble);
    const fresh = bubbles.filter((bubble) => bubble.number > this.shown);
    if (!fresh.length) return;
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const nearEnd = scrollHeight - scrollTop - clientHeight < 120;
    const first = this.shown === 0;
    for (const bubble of fresh) this.add(name, bubble);
    if (first || nearEnd || fresh.some((bubble) => bubble.side === "person")) this.toEnd();
  }

  /** Down to the latest; one that is taller than the screen is shown from its beginning. */
  toEnd() {
    const last = this.list.lastElementChild;
    const tooTall = last && last.offsetHeight > this.scroller.clientHeight - 24;
    this.scroller.scrollTop = tooTall ? last.offsetTop - 8 : this.scroller.scrollHeight;
  }

  add(name, bubble) {
    const at = new Date(bubble.at).getTime();
    if (at - this.lastAt > QUIET) this.list.append(h("li", "when", moment(bubble.at)));
    this.lastAt = at;
    this.shown = bubble.number;
    const item = this.itemOf(name, bubble);
    this.items.set(bubble.number, { item, form: formOf(bubble) });
    this.list.append(item);
  }

  /** A card that changed is drawn anew where it stands. */
  redraw(name, bubble) {
    const old = this.items.get(bubble.number);
    if (!old || old.form === formOf(bubble)) return;
    const item = this.itemOf(name, bubble);
    old.item.replaceWith(item);
    this.items.set(bubble.number, { item, form: formOf(bubble) });
  }

  itemOf(name, bubble) {
    return bubble.side === "system" ? systemLine(bubble) : this.said(name, bubble);
  }

  said(name, bubble) {
    const mine = bubble.side === "person";
    const avatar = mine ? avatarOf(name) : h("div", "avatar account", "信");
    avatar.setAttribute("aria-hidden", "true");
    const who = h("span", "unseen", mine ? `${name}说：` : `${this.account}说：`);
    const words = h("div", WIDE.has(bubble.kind) ? "words wide" : "words", undefined, who, this.body(bubble), this.below(bubble));
    const item = h("li", mine ? "said me" : "said", undefined, avatar, words);
    item.title = clock(bubble.at);
    return item;
  }

  body(bubble) {
    const { kind, detail, number } = bubble;
    if (kind === "template_card") {
      return templateCard(bubble, (key, select) => this.acts.press(number, key, select), (key) => this.acts.menu(number, key));
    }
    if (kind === "template") return noticeCard(bubble);
    if (kind === "textcard") return textCard(detail);
    if (kind === "news") return newsCard(detail.articles);
    if (kind === "msgmenu") return this.menuCard(bubble);
    if (kind === "image") return picture(detail.media_id);
    const box = h("div", "bubble");
    if (kind === "markdown") {
      box.classList.add("markdown");
      box.append(...markdown(bubble.text));
      return box;
    }
    if (KINDS[kind]) box.append(h("span", "kind", `［${KINDS[kind]}］ `));
    if (kind === "link") box.append(anchor(detail.url, bubble.text));
    else if (kind === "file") box.append(mediaLink(detail));
    else box.append(...withLinks(KINDS[kind] ? bubble.text.replace(`［${KINDS[kind]}］`, "") : bubble.text, this.acts.choose));
    return box;
  }

  below(bubble) {
    const line = h("div", "below");
    if (bubble.detail.cut_from) line.append(h("span", "cut", `原文 ${bubble.detail.cut_from} 字节，被平台截断`));
    if (bubble.wire) line.append(button("", "报文", () => this.acts.showWire(bubble.wire)));
    return line;
  }

  menuCard(bubble) {
    const items = bubble.detail.items.map((item) => button("", item.content, () => this.acts.choose(item.id, item.content)));
    const list = h("div", "items", undefined, ...items);
    return h("div", "card", undefined, h("div", "", bubble.text), list, h("div", "", bubble.detail.tail));
  }
}

/** What may change of a bubble: a card's face, and the exchange it went by. */
function formOf(bubble) {
  return `${bubble.detail.revision} ${bubble.wire}`;
}

function systemLine(bubble) {
  return h("li", bubble.kind === "fault" ? "fault" : "system", bubble.text);
}

function noticeCard(bubble) {
  const rows = h("dl");
  for (const [label, value] of bubble.detail.rows) rows.append(h("dt", "", label), h("dd", "", value));
  const card = h("div", "card", undefined, h("h3", "", bubble.text), rows);
  if (bubble.detail.url) card.append(anchor(bubble.detail.url, "查看详情"));
  return card;
}

function textCard(detail) {
  const link = h("div", "jump", undefined, anchor(detail.url, detail.button));
  return h("div", "card", undefined, h("h3", "", detail.title), h("p", "desc", detail.description), link);
}

function newsCard(articles) {
  const card = h("div", "card");
  for (const article of articles) {
    card.append(h("h3", "", article.title), h("p", "", article.description), anchor(article.url, "阅读全文"));
  }
  return card;
}

function picture(mediaId) {
  const image = h("img");
  image.src = `media/${encodeURIComponent(mediaId)}`;
  image.alt = "图片";
  return h("div", "bubble picture", undefined, image);
}

function mediaLink(detail) {
  const link = h("a", "", detail.name || "文件");
  link.href = `media/${encodeURIComponent(detail.media_id)}`;
  link.download = detail.name || "file";
  return link;
}

/** A square with the first character of a name. */
export function avatarOf(name) {
  const tone = [...name].reduce((sum, each) => sum + each.codePointAt(0), 0) % 5;
  return h("div", `avatar tone-${tone}`, [...name][0]);
}
