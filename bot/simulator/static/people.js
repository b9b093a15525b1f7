// The lists of people on both sides, and who has news.
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

/** One row: who it is, a line below, and a mark for news. */
export function personRow({ name, label = "", line, current, news }, choose) {
  const title = h("span", "name", name, ...(label ? [h("span", "label", label)] : []));
  const row = button("", undefined, choose);
  row.append(avatarOf(name), h("span", "who", undefined, title, h("span", "last", line)));
  if (news) row.append(h("span", "badge", "新"));
  row.setAttribute("aria-current", String(current));
  return h("li", "", undefined, row);
}
