// The page: one phone at a time, its people, and what the platform does behind it.
import { Chat, avatarOf } from "./chat.js";
import { $, ask, button, h, toast } from "./dom.js";
import { get, press, sendPicture, watch } from "./server.js";
import { drawTools, wireTools } from "./tools.js";
import { Wire } from "./wire.js";

const SEEN = new Map();
const chat = new Chat((id, text) => act("choose", { id, text }), showWire);
const wire = new Wire();
let state = null;
let chosen = sessionStorage.getItem("person") ?? "";
let waiting = 0;
let drawing = Promise.resolve();

// drawing

function refresh() {
  // one drawing at a time, and the last change is always drawn
  drawing = drawing.then(draw).catch(() => undefined);
}

async function draw() {
  state = await get("state", { person: chosen });
  if (!state.people.some((person) => person.openid === chosen) && state.people.length) {
    chosen = state.people[0].openid;
    state = await get("state", { person: chosen });
  }
  drawPeople();
  drawTools(state, current());
  const person = current();
  if (!person) return;
  SEEN.set(person.openid, person.last?.number ?? 0);
  drawPhone(person);
  wire.draw(person, (await get("wire", { person: chosen })).exchanges);
}

function current() {
  return state?.people.find((person) => person.openid === chosen);
}

function drawPeople() {
  $("people").replaceChildren(...state.people.map((person) => h("li", "", undefined, personButton(person))));
}

function personButton(person) {
  const last = person.following ? (person.last?.text ?? "") : "未关注";
  const who = h("span", "who", undefined, h("span", "name", person.name), h("span", "last", last));
  const row = button("", undefined, () => choosePerson(person.openid));
  row.append(avatarOf(person.name), who);
  const unread = (person.last?.number ?? 0) > (SEEN.get(person.openid) ?? 0) && person.openid !== chosen && SEEN.has(person.openid);
  if (unread) row.append(h("span", "badge", "新"));
  if (!SEEN.has(person.openid)) SEEN.set(person.openid, person.last?.number ?? 0);
  row.setAttribute("aria-current", String(person.openid === chosen));
  return row;
}

async function drawHints() {
  const answer = await get("hints").catch(() => ({ hints: [] }));
  const hints = answer.hints.map((hint) => {
    const row = button("", undefined, () => typeHint(hint.say));
    row.append(h("span", "say-this", hint.say), h("span", "why", hint.note));
    return h("li", "", undefined, row);
  });
  $("hints").replaceChildren(...hints);
  $("hints").closest("section").hidden = !hints.length;
}

function drawPhone(person) {
  $("account-name").textContent = state.account;
  $("welcome-name").textContent = state.account;
  drawWaiting();
  $("welcome").hidden = person.following;
  $("foot").hidden = !person.following;
  $("follow").hidden = !person.following;
  $("follow").textContent = "取消关注";
  drawMenu();
  chat.draw(person, state.chat);
}

function drawWaiting() {
  const person = current();
  $("chat-state").textContent = waiting || person?.typing ? "对方正在输入…" : `${person?.name ?? ""} 的手机`;
}

let menuForm = "";

function drawMenu() {
  const form = JSON.stringify(state.menu);
  if (form === menuForm) return;
  menuForm = form;
  $("menu").hidden = !state.menu.length;
  $("menu").replaceChildren(...state.menu.map(menuColumn));
}

function menuColumn(entry) {
  const column = h("div");
  if (!entry.sub_button?.length) {
    column.append(button("", entry.name, () => tap(entry)));
    return column;
  }
  const subs = h("div", "submenu", undefined, ...entry.sub_button.map((sub) => button("", sub.name, () => tap(sub))));
  subs.hidden = true;
  const parent = button("parent", entry.name, () => {
    const open = subs.hidden;
    closeMenus();
    subs.hidden = !open;
    parent.setAttribute("aria-expanded", String(open));
  });
  parent.setAttribute("aria-expanded", "false");
  column.append(parent, subs);
  return column;
}

function closeMenus() {
  for (const subs of document.querySelectorAll(".submenu")) subs.hidden = true;
  for (const parent of document.querySelectorAll(".parent")) parent.setAttribute("aria-expanded", "false");
}

// acting

async function act(path, body = {}) {
  waiting += 1;
  drawWaiting();
  try {
    return await press(path, { person: chosen, ...body });
  } finally {
    waiting -= 1;
    drawWaiting();
    // a code that was used is a hint no more
    drawHints();
  }
}

function choosePerson(openid) {
  chosen = openid;
  sessionStorage.setItem("person", openid);
  closePanels();
  refresh();
}

function tap(entry) {
  closeMenus();
  if (entry.type === "view" && /^https?:\/\//.test(entry.url)) window.open(entry.url, "_blank", "noopener");
  act("tap", { key: entry.key ?? entry.url });
}

function say() {
  const text = $("text").value;
  if (!text.trim()) return;
  $("text").value = "";
  fitText();
  act("say", { text });
}

function typeHint(text) {
  closePanels();
  if (!current()?.following) return toast("先关注公众号，再发消息");
  $("text").value = text;
  fitText();
  $("text").focus();
}

function fitText() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 128)}px`;
  $("send").hidden = !box.value.trim();
  $("plus").hidden = Boolean(box.value.trim());
}

async function scan() {
  const scene = await ask({
    title: "扫一扫",
    note: state.scenes.length ? "服务生成的二维码，或者输入印好的场景值" : "输入二维码的场景值",
    label: "场景值",
    placeholder: "场景值，如 bind",
    choices: state.scenes.slice(0, 8),
  });
  if (scene) act("scan", { scene });
}

const PLACES = { "政务服务中心": [38.4872, 106.2309], "文化街 1 号": [38.4701, 106.2732] };

async function sendPlace() {
  const label = await ask({ title: "发送位置", label: "地名", placeholder: "或者写一个地名", choices: Object.keys(PLACES) });
  if (!label) return;
  const [latitude, longitude] = PLACES[label] ?? [38.48, 106.25];
  act("location", { latitude, longitude, label });
}

async function speak() {
  const text = await ask({ title: "发语音", note: "写下所说的话；平台的识别结果可能有，也可能为空", label: "说了什么", placeholder: "查一下我的信用等级" });
  if (text) act("voice", { text });
}

function samplePicture() {
  const canvas = h("canvas");
  [canvas.width, canvas.height] = [480, 320];
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#f4efe2";
  pen.fillRect(0, 0, 480, 320);
  pen.fillStyle = "#9a2b22";
  pen.font = "bold 40px sans-serif";
  pen.textAlign = "center";
  pen.fillText("营业执照（样张）", 240, 150);
  pen.font = "24px sans-serif";
  pen.fillText("虚构，仅供演示", 240, 200);
  canvas.toBlob((blob) => blob && sendPicture(chosen, blob), "image/png");
}

const PLUS = {
  picture: () => $("file").click(),
  sample: samplePicture,
  location: sendPlace,
  video: () => act("video"),
  scan,
};

// panels

function togglePanel(id, opener) {
  const open = !$(id).classList.contains("open");
  closePanels();
  $(id).classList.toggle("open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (open) $(id).querySelector(".close").focus();
}

function closePanels() {
  for (const panel of document.querySelectorAll(".panel")) panel.classList.remove("open");
  for (const id of ["open-people", "open-tools"]) $(id).setAttribute("aria-expanded", "false");
}

function showWire(number) {
  $("tab-wire").click();
  if (getComputedStyle($("open-tools")).display !== "none") {
    closePanels();
    togglePanel("tools-panel", $("open-tools"));
  }
  wire.show(number);
}

function togglePlus(open = $("plus-panel").hidden) {
  $("plus-panel").hidden = !open;
  $("plus").setAttribute("aria-expanded", String(open));
  chat.toEnd();
}

// wiring

$("say").addEventListener("submit", (event) => { event.preventDefault(); say(); });
$("text").addEventListener("input", fitText);
$("text").addEventListener("focus", () => togglePlus(false));
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  say();
});
$("plus").addEventListener("click", () => togglePlus());
for (const each of document.querySelectorAll("[data-plus]")) {
  each.addEventListener("click", () => { togglePlus(false); PLUS[each.dataset.plus](); });
}
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (file) sendPicture(chosen, file);
});
$("voice").addEventListener("click", speak);
$("follow").addEventListener("click", () => act("unfollow"));
$("welcome-follow").addEventListener("click", () => act("follow"));
$("welcome-scan").addEventListener("click", scan);
$("add-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("new-name").value.trim();
  if (!name || !(await press("people", { name }))) return;
  $("new-name").value = "";
  await draw();
  choosePerson(state.people.find((person) => person.name === name)?.openid ?? chosen);
});
$("open-people").addEventListener("click", () => togglePanel("people-panel", $("open-people")));
$("open-tools").addEventListener("click", () => togglePanel("tools-panel", $("open-tools")));
for (const each of document.querySelectorAll("[data-closes]")) each.addEventListener("click", closePanels);
document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) closeMenus(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") { closeMenus(); closePanels(); } });
wireTools(() => chosen);
drawHints();
watch(refresh);
