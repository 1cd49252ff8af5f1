// 13 quiet minutes: save what is written, and ask. 14 and a half: save, sign out, cover the page; by itself the server
// would end the sign-in at 15. While somebody works without loading pages, the server hears of it once a minute.

import { saveAll } from "./autosave.js";
import { cover, covered, token } from "./cover.js";

const WARN = 13 * 60_000;
const END = 14.5 * 60_000;
const PATIENCE = 5_000; // for the last save; a page is not left open because a line is slow
const TELL = 60_000;
const AGAIN = 5_000;
const windows = new BroadcastChannel("practice-activity");

let lastTold = Date.now();
let dialog = null;
let ending = false;

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

function unask() {
  dialog?.close(); // gives the caret back to where it was
  dialog?.remove();
  dialog = null;
}

function answered() {
  unask();
  lastTold = Date.now();
}

function stay() {
  answered();
  tell();
}

function look() {
  if (covered()) return;
  const quiet = Date.now() - lastTold;
  if (quiet >= END) end();
  else if (quiet >= WARN && !dialog) { saveAll(); ask(); }
}

// A page that was left alone opens again by signing in only, so the sign-in ends on the server too; without a line, later.
async function signOut() {
  const fields = new FormData();
  fields.set("csrfmiddlewaretoken", token());
  const how = { method: "POST", body: fields, redirect: "manual", keepalive: true };
  while (!(await fetch(document.body.dataset.signOut, how).catch(() => null))) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

async function end() {
  if (ending) return;
  ending = true;
  await Promise.race([saveAll(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  const signedOut = signOut().then(() => { ending = false; });
  unask();
  cover(signedOut);
}

for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
  document.addEventListener(kind, seen, { passive: true, capture: true });
}
windows.addEventListener("message", answered);
document.addEventListener("uncovered", answered);
document.addEventListener("visibilitychange", look);
setInterval(look, 5_000);
