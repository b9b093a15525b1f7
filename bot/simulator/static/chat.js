// The chat: bubbles, cards, system lines.
import { $, anchor, button, clock, h, moment, withLinks } from "./dom.js";

const QUIET = 5 * 60 * 1000;
const KINDS = { voice: "语音", video: "视频", location: "位置", link: "链接", music: "音乐", miniprogrampage: "小程序" };

/** Draws one person's chat; only what is new is added. */
export class Chat {
  constructor(choose, showWire) {
    this.choose = choose;
    this.showWire = showWire;
    this.list = $("chat");
    this.owner = "";
    this.shown = 0;
    this.lastAt = 0;
  }

  draw(person, bubbles) {
    if (this.owner !== person.openid || (bubbles.length && bubbles.at(-1).number < this.shown)) {
      this.list.replaceChildren();
      Object.assign(this, { owner: person.openid, shown: 0, lastAt: 0 });
    }
    const fresh = bubbles.filter((bubble) => bubble.number > this.shown);
    if (!fresh.length) return;
    const nearEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    const first = this.shown === 0;
    for (const bubble of fresh) this.add(person, bubble);
    if (first || nearEnd || fresh.some((bubble) => bubble.side === "person")) this.toEnd();
  }

  /** Down to the latest; one that is taller than the screen is shown from its beginning. */
  toEnd() {
    const last = this.list.lastElementChild;
    const tooTall = last && last.offsetHeight > this.list.clientHeight - 24;
    this.list.scrollTop = tooTall ? last.offsetTop - 8 : this.list.scrollHeight;
  }

  add(person, bubble) {
    const at = new Date(bubble.at).getTime();
    if (at - this.lastAt > QUIET) this.list.append(h("li", "when", moment(bubble.at)));
    this.lastAt = at;
    this.shown = bubble.number;
    this.list.append(bubble.side === "system" ? systemLine(bubble) : this.said(person, bubble));
  }

  said(person, bubble) {
    const mine = bubble.side === "person";
    const avatar = mine ? avatarOf(person.name) : h("div", "avatar account", "信");
    avatar.setAttribute("aria-hidden", "true");
    const who = h("span", "unseen", mine ? `${person.name}说：` : "公众号说：");
    const words = h("div", "words", undefined, who, this.body(bubble), this.below(bubble));
    const item = h("li", mine ? "said me" : "said", undefined, avatar, words);
    item.title = clock(bubble.at);
    return item;
  }

  body(bubble) {
    const { kind, detail } = bubble;
    if (kind === "template") return templateCard(bubble);
    if (kind === "news") return newsCard(detail.articles);
    if (kind === "msgmenu") return this.menuCard(bubble);
    if (kind === "image") return picture(detail.media_id);
    const box = h("div", "bubble");
    if (KINDS[kind]) box.append(h("span", "kind", `［${KINDS[kind]}］ `));
    if (kind === "link") box.append(anchor(detail.url, bubble.text));
    else box.append(...withLinks(KINDS[kind] ? bubble.text.replace(`［${KINDS[kind]}］`, "") : bubble.text, this.choose));
    return box;
  }

  below(bubble) {
    const line = h("div", "below");
    if (bubble.detail.cut_from) line.append(h("span", "cut", `原文 ${bubble.detail.cut_from} 字节，被平台截断`));
    if (bubble.wire) line.append(button("", "报文", () => this.showWire(bubble.wire)));
    return line;
  }

  menuCard(bubble) {
    const items = bubble.detail.items.map((item) => button("", item.content, () => this.choose(item.id, item.content)));
    const list = h("div", "items", undefined, ...items);
    return h("div", "card", undefined, h("div", "", bubble.text), list, h("div", "", bubble.detail.tail));
  }
}

function systemLine(bubble) {
  return h("li", bubble.kind === "fault" ? "fault" : "system", bubble.text);
}

function templateCard(bubble) {
  const rows = h("dl");
  for (const [label, value] of bubble.detail.rows) rows.append(h("dt", "", label), h("dd", "", value));
  const card = h("div", "card", undefined, h("h3", "", bubble.text), rows);
  if (bubble.detail.url) card.append(anchor(bubble.detail.url, "查看详情"));
  return card;
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

/** A square with the first character of a name. */
export function avatarOf(name) {
  const tone = [...name].reduce((sum, each) => sum + each.codePointAt(0), 0) % 5;
  return h("div", `avatar tone-${tone}`, [...name][0]);
}
