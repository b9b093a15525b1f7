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

/** One person: name, what that person is, and a mark for news. */
export function personChip({ name, label = "", current, news }, choose) {
  const chip = button("person", undefined, choose);
  const who = h("span", "who", undefined, h("span", "name", name));
  if (label) who.append(h("span", "label", label));
  const avatar = avatarOf(name);
  avatar.setAttribute("aria-hidden", "true");
  chip.append(avatar, who);
  if (news) chip.append(h("span", "badge", undefined, h("span", "unseen", "有新消息")));
  chip.setAttribute("aria-pressed", String(current));
  chip.title = label ? `${name}：${label}` : name;
  return h("li", "", undefined, chip);
}
