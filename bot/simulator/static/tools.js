// The platforms' side: bad days at the push of a button, finer faults, and how pushes behave.
import { $, button, h } from "./dom.js";
import { press } from "./server.js";

const PLATFORMS = { wechat: "微信", wecom: "企业微信" };
const KNOBS = ["cut", "attempts", "repeat", "overlap", "recognition", "snapshot"];

/** Shows how the platform is set; a field that is being edited is left alone. */
export function drawTools(state, person) {
  if (!$("fault-kind").options.length) {
    for (const [platform, name] of Object.entries(PLATFORMS)) $("fault-kind").append(...faultGroup(state, platform, name));
  }
  drawTroubles(state.troubles, person);
  $("trouble-dot").hidden = !state.faults.length && !state.troubles.some((each) => each.on);
  $("allowance").textContent = person?.following ? `此刻还能给${person.name}主动发 ${person.left} 条客服消息（48 小时内说过话才有）。` : "";
  $("armed").replaceChildren(...state.faults.map(faultLine));
  $("clear-faults").hidden = !state.faults.length;
  drawKnobs(state.knobs);
}

function drawTroubles(troubles, person) {
  const form = JSON.stringify(troubles);
  if ($("troubles").dataset.form === form) return;
  $("troubles").dataset.form = form;
  const focused = document.activeElement?.dataset.trouble;
  $("troubles").replaceChildren(...troubles.map((each) => {
    const item = button("trouble", undefined, () => press("trouble", { name: each.name, on: !each.on, person: person?.openid ?? "" }));
    item.append(h("strong", "", each.title), h("span", "", each.note), h("em", "", each.on ? "开着" : ""));
    item.setAttribute("aria-pressed", String(each.on));
    item.dataset.trouble = each.name;
    return h("li", "", undefined, item);
  }));
  if (focused) $("troubles").querySelector(`[data-trouble="${focused}"]`)?.focus();
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
  $("snapshot").checked = knobs.snapshot;
}

function turnKnobs() {
  press("knobs", {
    cut_after: $("cut").valueAsNumber || 5,
    attempts: $("attempts").valueAsNumber || 3,
    repeat: $("repeat").value,
    overlap: $("overlap").valueAsNumber || null,
    recognition: $("recognition").checked,
    snapshot: $("snapshot").checked,
  });
}

function showTab(name) {
  for (const each of ["wire", "faults"]) {
    $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    $(`tab-${each}`).tabIndex = each === name ? 0 : -1;
    $(`${each}-tab`).hidden = each !== name;
  }
}

/** Connects the tools. */
export function wireTools() {
  for (const name of ["wire", "faults"]) {
    $(`tab-${name}`).addEventListener("click", () => showTab(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = name === "wire" ? "faults" : "wire";
      showTab(other);
      $(`tab-${other}`).focus();
    });
  }
  $("fault-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const [platform, kind] = $("fault-kind").value.split(" ");
    press("faults", { platform, kind, times: Number($("fault-times").value), seconds: $("fault-seconds").valueAsNumber || 0 });
  });
  $("clear-faults").addEventListener("click", () => press("faults/clear"));
  for (const id of KNOBS) $(id).addEventListener("change", turnKnobs);
  $("knob-form").addEventListener("submit", (event) => event.preventDefault());
}
