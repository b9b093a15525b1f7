// 五分钟试一试: the steps, which tick themselves off, and what else may be typed.
import { $, button, h } from "./dom.js";
import { get } from "./server.js";

export class GuideCard {
  /** `act(action)` does what a step's button says; `hint(hint)` puts a hint into a phone's line; `known(guide)` gets what was told. */
  constructor(act, hint, known) {
    this.act = act;
    this.hint = hint;
    this.known = known;
    this.forms = {};
    this.asking = null;
    this.chosen = null;
    $("guide").open = sessionStorage.getItem("guide") !== "closed";
    $("guide").addEventListener("toggle", () => sessionStorage.setItem("guide", $("guide").open ? "open" : "closed"));
  }

  /** Asks anew, once at a time; what changed meanwhile is asked for afterwards. */
  refresh() {
    if (this.asking) { this.again = true; return; }
    this.asking = get("guide").then((guide) => this.draw(guide)).catch(() => undefined).finally(() => {
      this.asking = null;
      if (this.again) { this.again = false; this.refresh(); }
    });
  }

  draw(guide) {
    this.known(guide);
    this.once("steps", guide.steps, () => this.drawSteps(guide.steps));
    this.once("hints", guide.hints, () => this.drawHints(guide.hints));
  }

  once(name, value, draw) {
    const form = JSON.stringify(value);
    if (this.forms[name] === form) return;
    this.forms[name] = form;
    draw();
  }

  drawSteps(steps) {
    const done = steps.filter((step) => step.done).length;
    const next = steps.findIndex((step) => !step.done);
    if (this.next !== next) this.chosen = null;
    this.next = next;
    $("guide").hidden = !steps.length;
    $("guide-count").textContent = done === steps.length ? "全部完成" : `${done}/${steps.length}`;
    $("tab-guide").hidden = !steps.length;
    $("tab-count").textContent = `${done}/${steps.length}`;
    $("steps").replaceChildren(...steps.map((step, place) => this.step(step, place, steps)));
  }

  step(step, place, steps) {
    const open = place === (this.chosen ?? this.next);
    const head = button("step-head", undefined, () => { this.chosen = open ? -1 : place; this.drawSteps(steps); $("steps").children[place].firstChild.focus(); });
    const mark = h("span", "step-mark", step.done ? "✓" : String(place + 1));
    mark.setAttribute("aria-hidden", "true");
    head.append(mark, h("span", "", step.title), ...(step.done ? [h("span", "unseen", "，已完成")] : []));
    head.setAttribute("aria-expanded", String(open));
    const item = h("li", step.done ? "step ticked" : "step", undefined, head);
    if (open) item.append(h("p", "step-how", step.how), h("div", "step-acts", undefined, ...step.acts.map((act) => button("act", act.label, () => this.act(act)))));
    return item;
  }

  drawHints(hints) {
    $("more").hidden = !hints.length;
    $("hints").replaceChildren(...hints.map((hint) => {
      const row = button("", undefined, () => this.hint(hint));
      row.append(h("span", "say-this", hint.say), h("span", "why", hint.note));
      if (hint.staff) row.classList.add("for-staff");
      return h("li", "", undefined, row);
    }));
  }
}
