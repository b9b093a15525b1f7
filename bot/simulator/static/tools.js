// Faults, knobs and the clock.
import { $, h, moment } from "./dom.js";
import { press } from "./server.js";

const PLATFORMS = { wechat: "微信", wecom: "企业微信" };
const KNOBS = ["cut", "attempts", "repeat", "overlap", "recognition"];

/** Shows how the platform is set; a field that is being edited is left alone. */
export function drawTools(state, person) {
  if (!$("fault-kind").options.length) {
    for (const [platform, name] of Object.entries(PLATFORMS)) $("fault-kind").append(...faultGroup(state, platform, name));
  }
  const ahead = (new Date(state.now) - Date.now()) / 3_600_000;
  const drift = Math.abs(ahead) > 0.1 ? `，比真实时间${ahead > 0 ? "快" : "慢"} ${Math.abs(ahead).toFixed(1)} 小时` : "";
  $("clock").textContent = `平台与服务的现在：${moment(state.now)}${drift}。${person ? `此刻还能给${person.name}主动发 ${person.left} 条客服消息。` : ""}`;
  $("armed").replaceChildren(...state.faults.map(faultLine));
  $("clear-faults").hidden = !state.faults.length;
  drawKnobs(state.knobs);
  if (person) $("refuses").checked = person.refuses;
}

/** The faults of one platform, as a group of options; nothing where the platform is not there. */
function faultGroup(state, platform, name) {
  const kinds = state.fault_kinds.filter((each) => each.platform === platform);
  if (!kinds.length) return [];
  const group = h("optgroup");
  group.label = name;
  for (const { kind, title } of kinds) group.append(new Option(title, `${platform} ${kind}`));
  return [group];
}

function faultLine(fault) {
  const times = fault.times === null ? "一直" : `还有 ${fault.times} 次`;
  return h("li", "", `${PLATFORMS[fault.platform]}${fault.title}，${times}${fault.seconds ? `，${fault.seconds} 秒` : ""}`);
}

function drawKnobs(knobs) {
  if ($("knob-form").contains(document.activeElement)) return;
  $("cut").value = knobs.cut_after;
  $("attempts").value = knobs.attempts;
  $("repeat").value = knobs.repeat;
  $("overlap").value = knobs.overlap ?? "";
  $("recognition").checked = knobs.recognition;
}

function turnKnobs() {
  press("knobs", {
    cut_after: $("cut").valueAsNumber || 5,
    attempts: $("attempts").valueAsNumber || 3,
    repeat: $("repeat").value,
    overlap: $("overlap").valueAsNumber || null,
    recognition: $("recognition").checked,
  });
}

function showTab(name) {
  for (const each of ["wire", "faults"]) {
    $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    $(`${each}-tab`).hidden = each !== name;
  }
}

/** Connects the tools; `person` tells whose phone is on the desk. */
export function wireTools(person) {
  for (const name of ["wire", "faults"]) $(`tab-${name}`).addEventListener("click", () => showTab(name));
  for (const each of document.querySelectorAll("[data-hours]")) {
    each.addEventListener("click", () => press("clock", { hours: Number(each.dataset.hours) }));
  }
  $("fault-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const [platform, kind] = $("fault-kind").value.split(" ");
    press("faults", {
      platform,
      kind,
      times: Number($("fault-times").value),
      seconds: $("fault-seconds").valueAsNumber || 0,
    });
  });
  $("clear-faults").addEventListener("click", () => press("faults/clear"));
  for (const id of KNOBS) $(id).addEventListener("change", turnKnobs);
  $("knob-form").addEventListener("submit", (event) => event.preventDefault());
  $("refuses").addEventListener("change", () => press("refuse", { person: person(), on: $("refuses").checked }));
}
