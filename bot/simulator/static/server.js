// Talks with the simulator behind the page. Paths are relative, so that the mount does not matter.
import { toast } from "./dom.js";

export async function get(path, query = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

/** Presses one of the simulator's buttons; what is not possible is said in a note. Whether it was done. */
export async function press(path, body = {}) {
  return Boolean(await asked(path, body));
}

/** As `press`, with the answer; null where it was not possible. */
export async function asked(path, body = {}) {
  return sent(path, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export async function sendPicture(path, blob) {
  return Boolean(await sent(path, { headers: { "Content-Type": blob.type }, body: blob }));
}

async function sent(path, options) {
  try {
    const response = await fetch(path, { method: "POST", ...options });
    const answer = await response.json().catch(() => ({ error: `HTTP ${response.status}` }));
    if (answer.error || answer.note) toast(answer.error || answer.note);
    return response.ok ? answer : null;
  } catch {
    toast("演示服务没有应答，可能已经停止");
    return null;
  }
}

/** Calls back whenever something changed; the browser reconnects by itself. */
export function watch(changed) {
  const source = new EventSource("events");
  source.onmessage = changed;
  source.onopen = changed;
  addEventListener("pagehide", () => source.close());
}
