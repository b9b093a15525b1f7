// Pictures to send without having any: drawn here, invented, and marked as samples.
import { $, button, h } from "./dom.js";

const [WIDE, HIGH] = [720, 960];

/** Asks which sample; resolves with a PNG, or null. */
export function chooseSample() {
  const dialog = $("samples");
  return new Promise((resolve) => {
    let chosen = null;
    const finish = (canvas) => { chosen = canvas; dialog.close(); };
    $("sample-list").replaceChildren(...Object.entries(SAMPLES).map(([name, draw]) => {
      const canvas = paper(draw);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${name}样张`);
      const choice = button("", undefined, () => finish(canvas));
      choice.append(canvas, h("span", "", name));
      return h("li", "", undefined, choice);
    }));
    $("samples-cancel").onclick = () => finish(null);
    dialog.onclose = () => (chosen ? chosen.toBlob(resolve, "image/png") : resolve(null));
    dialog.showModal();
  });
}

const SAMPLES = { "营业执照": licence, "授权委托书": authority, "整改照片": rectified };

function paper(draw) {
  const canvas = h("canvas");
  [canvas.width, canvas.height] = [WIDE, HIGH];
  const pen = canvas.getContext("2d");
  pen.textBaseline = "middle";
  draw(pen);
  pen.save();
  pen.translate(WIDE / 2, HIGH / 2);
  pen.rotate(-0.5);
  words(pen, "样张 · 虚构", 0, 0, { size: 84, colour: "rgb(120 120 120 / 16%)", bold: true, middle: true });
  pen.restore();
  return canvas;
}

function words(pen, text, x, y, { size = 26, colour = "#222", bold = false, middle = false } = {}) {
  pen.font = `${bold ? "bold " : ""}${size}px "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
  pen.fillStyle = colour;
  pen.textAlign = middle ? "center" : "left";
  pen.fillText(text, x, y);
}

function seal(pen, x, y, text) {
  pen.save();
  pen.translate(x, y);
  pen.strokeStyle = "rgb(190 30 30 / 80%)";
  pen.lineWidth = 5;
  pen.beginPath();
  pen.arc(0, 0, 74, 0, 2 * Math.PI);
  pen.stroke();
  words(pen, "★", 0, -6, { size: 46, colour: "rgb(190 30 30 / 80%)", middle: true });
  words(pen, text, 0, 40, { size: 20, colour: "rgb(190 30 30 / 80%)", bold: true, middle: true });
  pen.restore();
}

function licence(pen) {
  pen.fillStyle = "#fbf7ec";
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.strokeStyle = "#b58a2f";
  pen.lineWidth = 14;
  pen.strokeRect(26, 26, WIDE - 52, HIGH - 52);
  pen.lineWidth = 2;
  pen.strokeRect(44, 44, WIDE - 88, HIGH - 88);
  words(pen, "★", WIDE / 2, 120, { size: 76, colour: "#c0322b", middle: true });
  words(pen, "营 业 执 照", WIDE / 2, 220, { size: 62, bold: true, middle: true });
  const rows = [["统一社会信用代码", "91000000YYYYYY000X"], ["名　　称", "某某商贸有限公司"], ["类　　型", "有限责任公司"], ["法定代表人", "赵某某"], ["经营范围", "日用百货批发、零售"], ["注册资本", "壹佰万元整"], ["成立日期", "2019年03月08日"], ["住　　所", "示例县文化街1号"]];
  rows.forEach(([label, value], place) => {
    words(pen, label, 96, 320 + place * 58, { size: 25, colour: "#6b5a2a" });
    words(pen, value, 320, 320 + place * 58, { size: 27 });
  });
  words(pen, "示例县市场监督管理局", 420, 832, { size: 24 });
  seal(pen, 540, 820, "登记专用");
}

function authority(pen) {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, WIDE, HIGH);
  words(pen, "授 权 委 托 书", WIDE / 2, 130, { size: 50, bold: true, middle: true });
  ["示例县社会信用体系建设办公室：", "　　兹委托本单位员工王某某（身份证号", "******************）代表本单位签署", "信用承诺书，办理信用修复等事项。", "　　授权期限：自2026年1月1日起至", "2027年6月30日止。", "　　本单位对其在授权范围内签署的文件", "承担全部责任。"].forEach((line, place) => {
    words(pen, line, 92, 260 + place * 58, { size: 29 });
  });
  words(pen, "委托单位：某某商贸有限公司（盖章）", 92, 770);
  words(pen, "法定代表人：赵某某（签字）", 92, 822);
  words(pen, "2026年1月1日", 92, 874);
  seal(pen, 560, 800, "某某商贸");
}

function rectified(pen) {
  const sky = pen.createLinearGradient(0, 0, 0, HIGH);
  sky.addColorStop(0, "#dfe8ef");
  sky.addColorStop(1, "#b9c3c9");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.fillStyle = "#8e979c";
  pen.fillRect(0, 690, WIDE, 270);
  pen.fillStyle = "#c9b48c";
  pen.fillRect(70, 210, 580, 480);
  for (const [x, y] of [[110, 260], [300, 260], [490, 260], [110, 430], [300, 430], [490, 430]]) {
    pen.fillStyle = "#f4f0e4";
    pen.fillRect(x, y, 130, 120);
    pen.fillStyle = "#7d8f6a";
    pen.fillRect(x + 12, y + 54, 106, 56);
  }
  pen.fillStyle = "#2e7d46";
  pen.fillRect(250, 580, 220, 110);
  words(pen, "安全出口", 360, 635, { size: 40, colour: "#fff", bold: true, middle: true });
  words(pen, "通道已清理，保持畅通", WIDE / 2, 780, { size: 40, colour: "#fff", bold: true, middle: true });
  words(pen, "整改后 · 现场照片", 40, 60, { size: 34, colour: "#1d3442", bold: true });
  words(pen, "2026-11-18 10:26", 440, 910, { size: 30, colour: "#ffb74d" });
}
