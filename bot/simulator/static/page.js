// The page: two phones, their people, and what the platforms do behind them.
import { $, button, h, toast } from "./dom.js";
import { FirmPhone, closeMenus } from "./firm.js";
import { Seen, personRow } from "./people.js";
import { get, press, watch } from "./server.js";
import { StaffPhone } from "./staff.js";
import { drawTools, wireTools } from "./tools.js";
import { Wire } from "./wire.js";

const wire = new Wire();
const firm = new FirmPhone(act, showWire);
const staff = new StaffPhone(act, showWire);
const seen = { firm: new Seen(), staff: new Seen() };
const chosen = { person: sessionStorage.getItem("person") ?? "", member: sessionStorage.getItem("member") ?? "" };
let state = null;
let drawing = Promise.resolve();

// drawing

function refresh() {
  // one drawing at a time, and the last change is always drawn
  drawing = drawing.then(draw).catch(() => undefined);
}

async function draw() {
  state = await get("state", chosen);
  if (settle()) state = await get("state", chosen);
  const [person, member] = [currentPerson(), currentMember()];
  drawTools(state, person);
  $("staff-phone").hidden = $("members-section").hidden = $("switch").hidden = !state.staff;
  if (person) firm.draw(person, state);
  if (member) staff.draw(member, state.staff);
  look();
  drawPeople();
  wire.draw(`${chosen.person} ${chosen.member}`, (await get("wire", chosen)).exchanges);
}

/** Chooses somebody where nobody, or nobody who exists, is chosen; whether that changed anything. */
function settle() {
  const people = state.people.map((each) => each.openid);
  const members = state.staff?.members.map((each) => each.userid) ?? [];
  const before = chosen.person + chosen.member;
  if (!people.includes(chosen.person)) chosen.person = people[0] ?? "";
  if (!members.includes(chosen.member)) chosen.member = members[0] ?? "";
  return before !== chosen.person + chosen.member;
}

function currentPerson() {
  return state?.people.find((each) => each.openid === chosen.person);
}

function currentMember() {
  return state?.staff?.members.find((each) => each.userid === chosen.member);
}

/** What stands on a phone that can be seen has been looked at. */
function look() {
  const [person, member] = [currentPerson(), currentMember()];
  if (person && $("firm-phone").offsetParent) seen.firm.look(person.openid, person.last);
  if (member && $("staff-phone").offsetParent) seen.staff.look(member.userid, member.last);
}

function drawPeople() {
  const people = state.people.map((each) => ({
    ...each,
    line: each.following ? (each.last?.text ?? "") : "未关注",
    current: each.openid === chosen.person,
    news: seen.firm.news(each.openid, each.last),
  }));
  const members = (state.staff?.members ?? []).map((each) => ({
    ...each,
    line: each.last?.text ?? "还没有消息",
    current: each.userid === chosen.member,
    news: seen.staff.news(each.userid, each.last),
  }));
  drawList($("people"), people, (each) => choose({ person: each.openid }));
  drawList($("members"), members, (each) => choose({ member: each.userid }));
  $("tab-firm").querySelector(".dot").hidden = !people.some((each) => each.news);
  $("tab-staff").querySelector(".dot").hidden = !members.some((each) => each.news);
}

/** Rows are made anew only where they changed, so that the keyboard keeps its place. */
function drawList(list, rows, chooseRow) {
  const form = JSON.stringify(rows);
  if (list.dataset.form === form) return;
  list.dataset.form = form;
  list.replaceChildren(...rows.map((each) => personRow(each, () => chooseRow(each))));
}

async function drawHints() {
  const answer = await get("hints").catch(() => ({ hints: [] }));
  const hints = answer.hints.map((hint) => {
    const row = button("", undefined, () => typeHint(hint));
    row.append(h("span", "say-this", hint.say), h("span", "why", hint.note));
    if (hint.staff) row.classList.add("for-staff");
    return h("li", "", undefined, row);
  });
  $("hints").replaceChildren(...hints);
  $("hints").closest("section").hidden = !hints.length;
}

// acting

async function act(path, body) {
  try {
    return await press(path, body);
  } finally {
    // a code that was used is a hint no more
    drawHints();
  }
}

function choose(changes) {
  Object.assign(chosen, changes);
  for (const [name, id] of Object.entries(changes)) sessionStorage.setItem(name, id);
  showPhone("member" in changes ? "staff" : "firm");
  closePanels();
  refresh();
}

function typeHint(hint) {
  closePanels();
  showPhone(hint.staff ? "staff" : "firm");
  if (hint.staff) staff.composer.type(hint.say);
  else if (currentPerson()?.following) firm.composer.type(hint.say);
  else toast("先关注公众号，再发消息");
}

/** On a small screen one phone is seen at a time. */
function showPhone(name) {
  document.querySelector(".desk").dataset.shown = name;
  for (const each of ["firm", "staff"]) $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
  if (!state) return;
  firm.chat.toEnd();
  staff.chat.toEnd();
  look();
  drawPeople();
}

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
  if (getComputedStyle($("open-tools")).display !== "none" && !$("tools-panel").classList.contains("open")) {
    togglePanel("tools-panel", $("open-tools"));
  }
  wire.show(number);
}

// wiring

$("add-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("new-name").value.trim();
  if (!name || !(await press("people", { name }))) return;
  $("new-name").value = "";
  await draw();
  choose({ person: state.people.find((person) => person.name === name)?.openid ?? chosen.person });
});
for (const name of ["firm", "staff"]) $(`tab-${name}`).addEventListener("click", () => showPhone(name));
$("open-people").addEventListener("click", () => togglePanel("people-panel", $("open-people")));
$("open-tools").addEventListener("click", () => togglePanel("tools-panel", $("open-tools")));
for (const each of document.querySelectorAll("[data-closes]")) each.addEventListener("click", closePanels);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") { closeMenus(); closePanels(); } });
wireTools(() => chosen.person);
drawHints();
watch(refresh);
