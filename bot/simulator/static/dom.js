// Elements are made from text only: nothing that was typed is ever read as markup.

/** An element with a class, a text and children. */
export function h(tag, name, text, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined && text !== null) element.textContent = text;
  element.append(...children);
  return element;
}

/** A button that does something when pressed. */
export function button(name, text, press) {
  const element = h("button", name, text);
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

export const $ = (id) => document.getElementById(id);

const WHERE_LINKS_ARE = /<a\s+href="([^"]*)"[^>]*>([^<]*)<\/a>|https?:\/\/[^\s，。；、）》」<>"]+/g;

/** Text with its links as elements; an address other than http is shown as plain text. */
export function withLinks(text, choose) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(WHERE_LINKS_ARE)) {
    parts.push(text.slice(end, match.index), linkOf(match, choose));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

function linkOf(match, choose) {
  const address = match[1] ?? match[0];
  const label = match[2] ?? match[0];
  if (address.startsWith("weixin://bizmsgmenu?")) {
    const query = new URLSearchParams(address.split("?")[1]);
    return button("link", label, () => choose(query.get("msgmenuid") ?? "", query.get("msgmenucontent") ?? label));
  }
  return anchor(address, label);
}

/** A link that opens beside this page, or plain text where the address is none of http. */
export function anchor(address, label) {
  if (!/^https?:\/\//.test(address)) return document.createTextNode(label);
  const link = h("a", "", label);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

const DAY = { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric" };
const MINUTE = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false };

/** 11月20日 10:03 */
export function moment(iso) {
  const at = new Date(iso);
  return `${at.toLocaleDateString("zh-CN", DAY).replace("/", "月")}日 ${clock(iso)}`;
}

/** 10:03 */
export function clock(iso) {
  return new Date(iso).toLocaleTimeString("zh-CN", MINUTE);
}

let timer = 0;

/** A passing note over everything. */
export function toast(text) {
  const note = $("toast");
  note.textContent = text;
  note.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { note.hidden = true; }, 3500);
}

/** Asks with choices and a line of text; resolves with the answer, or null. */
export function ask({ title, note = "", label, placeholder = "", choices = [], value = "", optional = false, type = "text", min = "", max = "" }) {
  const dialog = $("ask");
  $("ask-title").textContent = title;
  $("ask-note").textContent = note;
  $("ask-label").textContent = label;
  $("ask-text").placeholder = placeholder;
  Object.assign($("ask-text"), { type, min, max, value });
  $("ask-text").required = !optional;
  return new Promise((resolve) => {
    let answer = null;
    const finish = (value) => { answer = value; dialog.close(); };
    $("ask-choices").replaceChildren(...choices.map((choice) => h("li", "", undefined, button("", choice, () => finish(choice)))));
    $("ask-cancel").onclick = () => finish(null);
    $("ask-form").onsubmit = (event) => { event.preventDefault(); finish($("ask-text").value.trim()); };
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
    $("ask-text").focus();
  });
}
