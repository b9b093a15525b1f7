// What is being typed is kept on the server from time to time; a form is sent once.
// Without this module the forms work all the same: 存草稿 and 下一步 keep what was written.

const PAUSE = 3000;

for (const form of document.querySelectorAll("form[data-keep]")) {
  keepWhileTyping(form);
}
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// a page that comes back from the browser's memory may be sent again: the server files it once
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});
for (const count of document.querySelectorAll("[data-count]")) {
  const area = document.getElementById(count.dataset.count);
  const tell = () => {
    const left = Number(area.dataset.longest) - area.value.trim().length;
    count.textContent = left < 0 ? `多了${-left}个字` : `还可以写${left}个字`;
  };
  area.addEventListener("input", tell);
  tell();
}
document.getElementById("wrong")?.focus();

function keepWhileTyping(form) {
  const said = form.querySelector("[data-kept]");
  let timer = 0;
  let changed = false;
  const written = () => {
    const words = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "drop") words.append(name, value);
    }
    return words;
  };
  const keep = async () => {
    changed = false;
    try {
      const answer = await fetch(form.dataset.keep, { method: "POST", body: written() });
      said.textContent = answer.ok ? "已自动保存草稿。" : "没有自动保存，请点“存草稿”。";
    } catch {
      changed = true;
      said.textContent = "网络不通，还没有保存。";
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    changed = false;
  });
  addEventListener("pagehide", () => {
    if (changed) navigator.sendBeacon(form.dataset.keep, written());
  });
}
