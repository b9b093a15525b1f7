// The row of people above each phone, and who has news.
import { avatarOf } from "./chat.js";
import { button, h } from "./dom.js";

/** Remembers how far each person's chat was looked at. */
export class Seen {
  constructor() {
    this.upTo = new Map();
  }

  /** Whether there is something that nobody looked at; what was there from the start does not count. */
  news(id, last) {
    const number = last?.number ?? 0;
    if (!this.upTo.has(id)) this.upTo.set(id, number);
    return number > this.upTo.get(id);
  }

  look(id, last) {
    this.upTo.set(id, last?.number ?? 0);
  }
}

/** A row of people. Whoever stays keeps the same element, so that the keyboard keeps its place. */
export class Row {
  constructor(list, choose) {
    this.list = list;
    this.choose = choose;
    this.chips = new Map();
    this.current = "";
  }

  /** `people`: id, name, label, whether it is the current one, whether there is news. */
  draw(people) {
    const ids = people.map((each) => each.id);
    for (const [id, chip] of this.chips) if (!ids.includes(id)) { chip.item.remove(); this.chips.delete(id); }
    for (const each of people) {
      if (!this.chips.has(each.id)) this.add(each);
      this.update(this.chips.get(each.id), each);
    }
    const current = people.find((each) => each.current)?.id ?? "";
    if (current !== this.current) this.show(current);
  }

  add({ id, name }) {
    const pressed = button("person", undefined, () => this.choose(id));
    const avatar = avatarOf(name);
    avatar.setAttribute("aria-hidden", "true");
    const label = h("span", "label");
    const badge = h("span", "badge", undefined, h("span", "unseen", "有新消息"));
    pressed.append(avatar, h("span", "who", undefined, h("span", "name", name), label));
    const item = h("li", "", undefined, pressed);
    this.chips.set(id, { item, pressed, label, badge });
    this.list.append(item);
  }

  update({ pressed, label, badge }, { name, label: words, current, news }) {
    if (label.textContent !== words) label.textContent = words;
    pressed.title = words ? `${name}：${words}` : name;
    pressed.setAttribute("aria-pressed", String(current));
    if (news && !badge.isConnected) pressed.append(badge);
    if (!news) badge.remove();
  }

  /** Whoever is chosen comes into view. */
  show(id) {
    this.current = id;
    const item = this.chips.get(id)?.item;
    if (item) this.list.scrollLeft = item.offsetLeft - 48;
  }
}
