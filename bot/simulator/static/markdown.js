// The few signs of WeCom's markdown: headings, quotes, bold, code, links, three colours.
import { anchor, h } from "./dom.js";

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|<font color="(info|comment|warning)">(.*?)<\/font>/g;

/** A text as lines of elements; nothing in it is read as markup beyond these signs. */
export function markdown(text) {
  return text.split("\n").map((line) => {
    const heading = /^#{1,6} (.*)/.exec(line);
    if (heading) return h("div", "heading", undefined, ...inline(heading[1]));
    const quote = /^> ?(.*)/.exec(line);
    if (quote) return h("div", "said-before", undefined, ...inline(quote[1]));
    return h("div", "", undefined, ...inline(line || "\u00a0"));
  });
}

function inline(line) {
  const parts = [];
  let end = 0;
  for (const match of line.matchAll(INLINE)) {
    parts.push(line.slice(end, match.index), sign(match));
    end = match.index + match[0].length;
  }
  parts.push(line.slice(end));
  return parts.filter((part) => part !== "");
}

function sign([, bold, code, label, address, colour, coloured]) {
  if (bold) return h("strong", "", bold);
  if (code) return h("code", "", code);
  if (label) return anchor(address, label);
  return h("span", `colour-${colour}`, coloured);
}
