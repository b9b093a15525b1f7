// A page of something under way looks again by itself: its progress is put in place,
// and once it has come to another stage the whole page is loaded, without the word of the last form.
const PART = "[data-again]";

function stage(page) {
  return page.querySelector(".stages [aria-current]")?.textContent ?? "";
}

async function look() {
  const here = document.querySelector(PART);
  const answer = await fetch(location.pathname, { credentials: "same-origin" });
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(PART);
  if (!fresh || stage(page) !== stage(document)) return location.replace(location.pathname);
  here.querySelector(".done").replaceWith(fresh.querySelector(".done"));
  wait();
}

function wait() {
  const seconds = Number(document.querySelector(PART).dataset.again);
  setTimeout(() => (document.hidden ? wait() : look().catch(wait)), seconds * 1000);
}

if (document.querySelector(PART)) wait();
