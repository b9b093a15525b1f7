// The page: two phones, their people, the calendar over them, and what the platforms do behind them.
import { $, ask, toast } from "./dom.js";
import { FirmPhone, closeMenus } from "./firm.js";
import { GuideCard } from "./guide.js";
import { Row, Seen } from "./people.js";
import { asked, get, press, watch } from "./server.js";
import { StaffPhone } from "./staff.js";
import { Strip } from "./strip.js";
import { drawTools, wireTools } from "./tools.js";
import { Wire } from "./wire.js";

const wire = new Wire();
const firm = new FirmPhone(act, showWire, visited);
const staff = new StaffPhone(act, showWire, visited);
const strip = new Strip(() => { refresh(); guide.refresh(); }, goTo);
const guide = new GuideCard(doStep, typeHint, learn);
const seen = { firm: new Seen(), staff: new Seen() };
const rows = {
  people: new Row($("people"), (person) => choose({ person })),
  members: new Row($("members"), (member) => choose({ member })),
};
const chosen = { person: sessionStorage.getItem("person") ?? "", member: sessionStorage.getItem("member") ?? "" };
let labels = {};
let state = null;
let drawing = Promise.resolve();

// drawing

function refresh() {
  // one drawing at a time, and the last change is always drawn
  drawing = drawing.then(draw).catch(() => undefined);
  return drawing;
}

async function draw() {
  let asked;
  do {
    // whoever chose another person meanwhile must not see this one's chat
    asked = { ...chosen };
    state = await get("state", asked);
  } while (settle() || asked.person !== chosen.person || asked.member !== chosen.member);
  const [person, member] = [currentPerson(), currentMember()];
  drawTools(state, person);
  $("staff-seat").hidden = $("switch").hidden = !state.staff;
  if (person) firm.draw(person, state, labels[person.openid] ?? "");
  if (member) staff.draw(member, state.staff);
  look();
  drawPeople();
  await strip.draw(state);
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

/** What stands on a phone that is on the screen has been looked at. */
function look() {
  const [person, member] = [currentPerson(), currentMember()];
  if (person && onScreen($("firm-phone"))) seen.firm.look(person.openid, person.last);
  if (member && onScreen($("staff-phone"))) seen.staff.look(member.userid, member.last);
}

function onScreen(phone) {
  const { top, bottom } = phone.getBoundingClientRect();
  return Math.min(bottom, innerHeight) - Math.max(top, 0) > innerHeight / 3;
}

function drawPeople() {
  const people = state.people.map((each) => ({
    id: each.openid,
    name: each.name,
    label: (labels[each.openid] ?? "").split(" · ")[0],
    current: each.openid === chosen.person,
    news: seen.firm.news(each.openid, each.last),
  }));
  const members = (state.staff?.members ?? []).map((each) => ({
    id: each.userid,
    name: each.name,
    label: each.label,
    current: each.userid === chosen.member,
    news: seen.staff.news(each.userid, each.last),
  }));
  rows.people.draw(people);
  rows.members.draw(members);
  $("tab-firm").querySelector(".dot").hidden = !people.some((each) => each.news);
  $("tab-staff").querySelector(".dot").hidden = !members.some((each) => each.news);
}

// acting

async function act(path, body) {
  try {
    return await press(path, body);
  } finally {
    // a step was perhaps done, and a code that was used is a hint no more
    guide.refresh();
  }
}

/** A page was opened on a phone, perhaps after something was done there. */
function visited() {
  guide.refresh();
}

function learn(told) {
  labels = told.labels;
  drawRules(told.rulebooks);
  if (!state) return;
  const person = currentPerson();
  if (person) firm.draw(person, state, labels[person.openid] ?? "");
  drawPeople();
}

function choose(changes) {
  Object.assign(chosen, changes);
  for (const [name, id] of Object.entries(changes)) sessionStorage.setItem(name, id);
  return refresh();
}

/** A phone is shown, on a small screen by going there. */
async function goTo(phone, who) {
  const name = phone === "staff" ? "member" : "person";
  if (who && chosen[name] !== who) await choose({ [name]: who });
  const holder = $(`${phone}-phone`);
  if (!onScreen(holder)) holder.scrollIntoView({ block: "start" });
  (phone === "staff" ? staff : firm).chat.toEnd();
}

async function doStep({ phone, who, say, open }) {
  if (phone === "clock") { strip.move({ next: "workday" }); return; }
  await goTo(phone, who);
  const web = phone === "staff" ? staff.web : firm.web;
  web.close();
  if (open) web.open(new URL(open, location.origin).href, phone === "staff" ? chosen.member : chosen.person);
  if (!say) return;
  if (phone === "staff") staff.composer.type(say);
  else if (currentPerson()?.following) firm.composer.type(say);
  else { toast("先点“关注公众号”"); $("welcome-follow").focus(); }
}

function typeHint(hint) {
  doStep({ phone: hint.staff ? "staff" : "firm", who: "", say: hint.say, open: "" });
}

// the rules

function drawRules(rulebooks) {
  const form = JSON.stringify(rulebooks);
  $("place").hidden = rulebooks.length < 2;
  if ($("rulebook").dataset.form === form) return;
  $("rulebook").dataset.form = form;
  $("rulebook").replaceChildren(...rulebooks.map((each) => new Option(each.place, each.id, each.current, each.current)));
  $("rulebook").title = rulebooks.find((each) => each.current)?.title ?? "";
}

/** The other rules have a demonstration of their own; the page begins anew with it. */
async function switchRules() {
  const { value, selectedOptions } = $("rulebook");
  $("curtain").textContent = `正在换到${selectedOptions[0].textContent}的规则…`;
  $("curtain").hidden = false;
  const answer = await asked("rulebook", { id: value });
  if (answer) await arrivedAt(value);
  else {
    $("curtain").hidden = true;
    $("rulebook").dataset.form = "";
    guide.forms = {};
    guide.refresh();
  }
}

async function arrivedAt(id) {
  for (let tries = 0; tries < 100; tries += 1) {
    const told = await get("guide").catch(() => ({ rulebooks: [] }));
    if (told.rulebooks.some((each) => each.current && each.id === id)) break;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  for (const name of ["person", "member"]) sessionStorage.removeItem(name);
  location.reload();
}

// the platforms' side

function toggleTools(open = !$("tools-panel").classList.contains("open")) {
  $("tools-panel").classList.toggle("open", open);
  $("open-tools").setAttribute("aria-expanded", String(open));
  if (!open && $("tools-panel").contains(document.activeElement)) $("open-tools").focus();
}

function showWire(number) {
  $("tab-wire").click();
  toggleTools(true);
  wire.show(number);
}

// wiring

$("add-person").addEventListener("click", async () => {
  const name = await ask({ title: "添一个新用户", note: "一部新手机，还没有关注服务号", label: "名字", placeholder: "如：孙会计" });
  if (!name || !(await press("people", { name }))) return;
  await refresh();
  await choose({ person: state.people.find((person) => person.name === name.slice(0, 20))?.openid ?? chosen.person });
  guide.refresh();
});
for (const name of ["firm", "staff"]) {
  $(`tab-${name}`).addEventListener("click", () => $(`${name}-phone`).scrollIntoView({ block: "start" }));
}
$("tab-guide").addEventListener("click", () => {
  $("guide").open = true;
  $("guide").scrollIntoView({ block: "start" });
});
$("open-tools").addEventListener("click", () => toggleTools());
$("close-tools").addEventListener("click", () => toggleTools(false));
$("rulebook").addEventListener("change", switchRules);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenus();
  strip.closeFired();
  toggleTools(false);
});
for (const id of ["people", "members", "days"]) {
  // a wheel turns downwards; these rows lie on their side
  $(id).addEventListener("wheel", (event) => {
    if (event.deltaX || event.ctrlKey || $(id).scrollWidth <= $(id).clientWidth) return;
    event.preventDefault();
    $(id).scrollLeft += event.deltaY;
  }, { passive: false });
}
let looking = 0;
addEventListener("scroll", () => {
  clearTimeout(looking);
  looking = setTimeout(() => { if (state) { look(); drawPeople(); } }, 120);
}, { passive: true });
wireTools();
guide.refresh();
watch(refresh);
