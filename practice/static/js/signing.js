// The place to sign: a box to draw in, beside the typed name that needs no script. Only the points of the strokes are
// sent, no pressure and no speed.

import SignaturePad from "../vendor/signature-pad/signature_pad.min.js";

const canvas = document.querySelector("[data-pad]");
const drawn = document.querySelector("[data-drawn]");
const round = (value) => Math.round(value * 10) / 10;

const pad = new SignaturePad(canvas, { penColor: "#1c2733", minWidth: 1, maxWidth: 2.5 });

function keep() {
  const strokes = pad.toData().map((group) => group.points.map(({ x, y }) => [round(x), round(y)]));
  const box = canvas.getBoundingClientRect();
  drawn.value = strokes.length
    ? JSON.stringify({ width: Math.ceil(box.width), height: Math.ceil(box.height), strokes }) : "";
  drawn.dispatchEvent(new Event("input", { bubbles: true })); // leaving asks first
}

// A canvas has points of its own; when the box is turned or shown they are made anew, and what was drawn stays.
function fit() {
  const box = canvas.getBoundingClientRect();
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  if (!box.width || canvas.width === Math.round(box.width * ratio)) return;
  canvas.width = Math.round(box.width * ratio);
  canvas.height = Math.round(box.height * ratio);
  canvas.getContext("2d").scale(ratio, ratio);
  pad.redraw();
}

function restore() {
  if (!drawn.value) return;
  const kept = JSON.parse(drawn.value);
  pad.fromData(kept.strokes.map((points) => ({
    penColor: "#1c2733", dotSize: 0, minWidth: 1, maxWidth: 2.5,
    points: points.map(([x, y], at) => ({ x, y, pressure: 0.5, time: at * 16 })),
  })));
}

for (const choice of document.querySelectorAll(".needs-script")) choice.hidden = false;
pad.addEventListener("endStroke", keep);
document.querySelector("[data-pad-clear]").addEventListener("click", () => { pad.clear(); keep(); });
new ResizeObserver(fit).observe(canvas);
fit();
restore();
