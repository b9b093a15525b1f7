// Template cards of WeCom: what they show, what may be chosen, what may be pressed.
import { anchor, button, h } from "./dom.js";

const TONES = ["grey", "black", "red", "green"];

/** A card; `press(key, select)` and `menu(key)` act on it. */
export function templateCard({ detail }, press, menu) {
  const { card } = detail;
  const frozen = Boolean(detail.pressed || detail.label);
  const box = h("div", "card template");
  box.append(...head(card, menu), ...body(card));
  const questions = questionsOf(card).map((question) => questionOf(question, detail.chosen[question.question_key], frozen));
  box.append(...questions.map((question) => question.element), ...foot(detail, questions, press));
  return box;
}

function head(card, menu) {
  const parts = [];
  if (card.source?.desc || card.action_menu) {
    const source = h("div", `source ${TONES[card.source?.desc_color ?? 0]}`, undefined, h("span", "", card.source?.desc ?? ""));
    if (card.action_menu) source.append(cornerMenu(card.action_menu, menu));
    parts.push(source);
  }
  if (card.card_image?.url) parts.push(h("p", "kind", "［图片］"));
  if (card.main_title?.title) parts.push(h("h3", "", card.main_title.title));
  if (card.main_title?.desc) parts.push(h("p", "desc", card.main_title.desc));
  return parts;
}

function cornerMenu(menu, act) {
  const summary = h("summary", "", "···");
  summary.setAttribute("aria-label", menu.desc || "更多操作");
  const entries = menu.action_list.map((entry) => button("", entry.text, () => { details.open = false; act(entry.key); }));
  const details = h("details", "corner", undefined, summary, h("div", "", undefined, ...entries));
  return details;
}

function body(card) {
  const parts = [];
  const { emphasis_content: emphasis, quote_area: quote, image_text_area: picture } = card;
  if (emphasis) parts.push(h("div", "emphasis", undefined, h("strong", "", emphasis.title ?? ""), h("span", "", emphasis.desc ?? "")));
  if (picture) parts.push(h("div", "quote", undefined, h("strong", "", picture.title ?? ""), h("span", "", picture.desc ?? "")));
  if (quote) parts.push(h("div", "quote", undefined, h("strong", "", quote.title ?? ""), h("span", "", quote.quote_text ?? "")));
  if (card.sub_title_text) parts.push(h("p", "sub", card.sub_title_text));
  for (const row of card.vertical_content_list ?? []) parts.push(h("h4", "", row.title), h("p", "desc", row.desc ?? ""));
  if (card.horizontal_content_list?.length) parts.push(facts(card.horizontal_content_list));
  return parts;
}

function facts(rows) {
  const list = h("dl");
  for (const row of rows) {
    const value = h("dd");
    value.append(row.type === 1 ? anchor(row.url, row.value || row.url) : row.value ?? "");
    list.append(h("dt", "", row.keyname), value);
  }
  return list;
}

// choosing

function questionsOf(card) {
  const selection = card.button_selection ? [card.button_selection] : [];
  const boxes = card.checkbox ? [{ ...card.checkbox, boxes: true }] : [];
  return [...selection, ...boxes, ...(card.select_list ?? [])];
}

function questionOf(question, chosen, frozen) {
  const disabled = frozen || Boolean(question.disable);
  return question.boxes ? boxesOf(question, chosen, disabled) : dropDownOf(question, chosen, disabled);
}

function dropDownOf(question, chosen, disabled) {
  const select = h("select");
  for (const option of question.option_list) select.append(new Option(option.text, option.id));
  const wanted = chosen?.[0] ?? question.selected_id;
  if (question.option_list.some((option) => option.id === wanted)) select.value = wanted;
  select.disabled = disabled;
  const element = h("label", "question", undefined, h("span", "", question.title || "请选择"), select);
  return { key: question.question_key, element, ids: () => (question.disable ? null : [select.value]) };
}

function boxesOf(question, chosen, disabled) {
  const name = `q${Math.random()}`;
  const boxes = question.option_list.map((option) => {
    const input = h("input");
    Object.assign(input, { type: question.mode === 1 ? "checkbox" : "radio", name, value: option.id, disabled });
    input.checked = chosen ? chosen.includes(option.id) : Boolean(option.is_checked);
    return { input, label: h("label", "", undefined, input, option.text) };
  });
  const element = h("fieldset", "question boxes", undefined, ...boxes.map((each) => each.label));
  return {
    key: question.question_key,
    element,
    ids: () => (question.disable ? null : boxes.filter((each) => each.input.checked).map((each) => each.input.value)),
  };
}

function answers(questions) {
  const found = questions.map((question) => [question.key, question.ids()]);
  return Object.fromEntries(found.filter(([, ids]) => ids?.length));
}

// pressing

function foot(detail, questions, press) {
  const { card, pressed, label } = detail;
  const parts = [];
  for (const jump of card.jump_list ?? []) parts.push(h("div", "jump", undefined, anchor(jump.url ?? "", jump.title)));
  if (card.card_action?.type === 1) parts.push(h("div", "jump", undefined, anchor(card.card_action.url, "查看详情")));
  const buttons = card.submit_button ? [card.submit_button] : card.button_list ?? [];
  if (label) return [...parts, h("div", "buttons", undefined, h("span", "done", label))];
  if (!buttons.length) return parts;
  const row = h("div", `buttons n${Math.min(buttons.length, 3)}`);
  for (const each of buttons) row.append(each.type === 1 ? linkButton(each) : pressButton(each, pressed, () => press(each.key, answers(questions))));
  return [...parts, row];
}

function pressButton(entry, pressed, act) {
  const waits = pressed === entry.text;
  const item = button(`press style-${entry.style ?? 1}${waits ? " waits" : ""}`, waits ? `${entry.text}…` : entry.text, () => {
    item.disabled = true;
    act().then((done) => { if (!done) item.disabled = false; });
  });
  item.disabled = Boolean(pressed);
  if (waits) item.setAttribute("aria-busy", "true");
  return item;
}

function linkButton(entry) {
  const link = anchor(entry.url, entry.text);
  if (link instanceof HTMLElement) link.className = "press";
  return link;
}
