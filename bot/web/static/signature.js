// The place for a signature. Without this module it stays hidden, and the words are typed.

const form = document.querySelector("form[data-sign]");
const place = form?.querySelector(".pad");
if (place && globalThis.SignaturePad) open(form, place);

function open(form, place) {
  place.hidden = false;
  const canvas = place.querySelector("canvas");
  const said = place.querySelector("[data-said]");
  const pad = new SignaturePad(canvas, { minWidth: 1.2, maxWidth: 3.2, penColor: "#000000", backgroundColor: "#ffffff" });
  let width = 0;

  // as many dots as the screen has, and enough to be printed; a turned phone keeps what was written
  const fit = () => {
    if (canvas.offsetWidth === width) return;
    width = canvas.offsetWidth;
    const strokes = pad.toData();
    const ratio = Math.max(globalThis.devicePixelRatio || 1, 2);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  };
  const tell = () => {
    said.textContent = pad.isEmpty() ? "还没有签名。" : "已签名，可以撤一笔或清除重写。";
  };
  fit();
  tell();
  addEventListener("resize", fit);
  pad.addEventListener("endStroke", tell);
  place.querySelector("[data-clear]").addEventListener("click", () => {
    pad.clear();
    tell();
  });
  place.querySelector("[data-undo]").addEventListener("click", () => {
    const strokes = pad.toData();
    strokes.pop();
    pad.clear();
    pad.fromData(strokes);
    tell();
  });
  form.addEventListener("submit", () => {
    form.elements.signature.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
  });
}
