// The line at the foot of a phone: words, pictures, speech, places.
import { $, ask } from "./dom.js";
import { chooseSample } from "./samples.js";

const PLACES = { "政务服务中心": [38.4872, 106.2309], "文化街 1 号": [38.4701, 106.2732] };

/** One phone's composer; ids begin with `prefix`. `acts`: say(text), picture(blob), speech(text), and what else the plus panel has. */
export class Composer {
  constructor(prefix, acts) {
    this.part = (id) => $(`${prefix}${id}`);
    this.acts = acts;
    this.text = this.part("text");
    this.listen();
  }

  listen() {
    const { part, text } = this;
    part("say").addEventListener("submit", (event) => { event.preventDefault(); this.say(); });
    text.addEventListener("input", () => this.fit());
    text.addEventListener("focus", () => this.togglePlus(false));
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    });
    part("plus").addEventListener("click", () => this.togglePlus());
    for (const each of part("plus-panel").querySelectorAll("[data-plus]")) {
      each.addEventListener("click", () => { this.togglePlus(false); this.plus(each.dataset.plus); });
    }
    part("file").addEventListener("change", () => {
      const [file] = part("file").files;
      part("file").value = "";
      if (file) this.acts.picture(file);
    });
    part("voice").addEventListener("click", () => this.speak());
  }

  say() {
    const words = this.text.value;
    if (!words.trim()) return;
    this.text.value = "";
    this.fit();
    this.acts.say(words);
  }

  /** Puts words into the line, ready to be sent or changed. */
  type(words) {
    this.text.value = words;
    this.fit();
    this.text.focus();
  }

  fit() {
    const box = this.text;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 128)}px`;
    this.part("send").hidden = !box.value.trim();
    this.part("plus").hidden = Boolean(box.value.trim());
  }

  togglePlus(open = this.part("plus-panel").hidden) {
    this.part("plus-panel").hidden = !open;
    this.part("plus").setAttribute("aria-expanded", String(open));
    if (open) this.acts.opened();
  }

  plus(name) {
    if (name === "picture") this.part("file").click();
    else if (name === "sample") this.sendSample();
    else if (name === "location") this.sendPlace();
    else this.acts[name]();
  }

  async sendSample() {
    const blob = await chooseSample();
    if (blob) this.acts.picture(blob);
  }

  async sendPlace() {
    const label = await ask({ title: "发送位置", label: "地名", placeholder: "或者写一个地名", choices: Object.keys(PLACES) });
    if (!label) return;
    const [latitude, longitude] = PLACES[label] ?? [38.48, 106.25];
    this.acts.place({ latitude, longitude, label });
  }

  async speak() {
    const words = await ask({ title: "发语音", note: this.acts.speechNote, label: "说了什么", placeholder: "查一下我的信用等级" });
    if (words) this.acts.speech(words);
  }
}
