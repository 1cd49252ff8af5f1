// 13 quiet minutes: ask. 15: cover the page; the server has ended the sign-in by then.
// While somebody works without loading pages, the server hears of it once a minute, so both clocks agree.

import { cover, covered, token } from "./cover.js";

const WARN = 13 * 60_000;
const END = 15 * 60_000;
const TELL = 60_000;
const windows = new BroadcastChannel("practice-activity");

let lastTold = Date.now();
let dialog = null;

function seen() {
  if (dialog || covered()) return; // once asked, only the answer counts
  if (Date.now() - lastTold > TELL) tell();
}

async function tell() {
  lastTold = Date.now();
  windows.postMessage("here");
  const answer = await fetch(document.body.dataset.stillHere, {
    method: "POST", headers: { "X-CSRFToken": token() }, redirect: "manual",
  }).catch(() => null);
  if (answer && answer.status !== 204) cover();
}

function ask() {
  dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "idle-title");
  dialog.innerHTML = `<h2 id="idle-title">Are you still there?</h2>
    <p>In two minutes this page is covered and you are signed out.</p>
    <button class="btn btn-primary" type="button">Stay signed in</button>`;
  dialog.querySelector("button").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  document.body.append(dialog);
  dialog.showModal();
}

function answered() {
  dialog?.remove();
  dialog = null;
  lastTold = Date.now();
}

function stay() {
  answered();
  tell();
}

function look() {
  if (covered()) return;
  const quiet = Date.now() - lastTold;
  if (quiet >= END) { dialog?.remove(); dialog = null; cover(); }
  else if (quiet >= WARN && !dialog) ask();
}

for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
  document.addEventListener(kind, seen, { passive: true, capture: true });
}
windows.addEventListener("message", answered);
document.addEventListener("uncovered", answered);
document.addEventListener("visibilitychange", look);
setInterval(look, 5_000);
