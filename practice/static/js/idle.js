// 13 quiet minutes: save what is written, and ask. 14 and a half: save, sign out, cover the page; by itself the server
// would end the sign-in at 15. While somebody works without loading pages, the server hears of it once a minute.
// Before the screen is handed to a patient, every other tab of this browser saves and covers itself.

import { saveAll } from "./autosave.js";
import { cover, covered, signInState, token } from "./cover.js";

const WARN = 13 * 60_000;
const END = 14.5 * 60_000;
const PATIENCE = 5_000; // for the last save; a page is not left open because a line is slow
const TELL = 60_000;
const AGAIN = 5_000;
const HEAR = 300; // for the other tabs to say that they are there
const HANDED = 10_000; // after this nobody has handed anything over
const windows = new BroadcastChannel("practice-activity");
const name = crypto.randomUUID();
const covering = new Set(); // other tabs, while this one hands the screen over

const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));

let lastTold = Date.now();
let dialog = null;
let ending = false;

function seen() {
  if (dialog || covered()) return; // once asked, only the answer counts
  if (Date.now() - lastTold > TELL) tell();
}

async function tell() {
  lastTold = Date.now();
  windows.postMessage({ say: "here" });
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
    await wait(AGAIN);
  }
}

async function end() {
  if (ending) return;
  ending = true;
  await Promise.race([saveAll(), wait(PATIENCE)]);
  const signedOut = signOut().then(() => { ending = false; });
  unask();
  cover(signedOut);
}

// The other tabs cover themselves, and say so; one that does not answer in time veils itself when it is looked at.
async function handOver(form) {
  covering.clear();
  windows.postMessage({ say: "cover", name });
  const until = Date.now() + PATIENCE;
  await wait(HEAR);
  while (covering.size && Date.now() < until) await wait(50);
  form.submit();
  await wait(PATIENCE); // it was not left after all
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

async function giveWay() {
  windows.postMessage({ say: "covering", name });
  if (!covered() && !ending) {
    ending = true;
    await Promise.race([saveAll(), wait(PATIENCE / 2)]);
    unask();
    cover(handedOver().then(() => { ending = false; }), "This screen was handed over");
  }
  windows.postMessage({ say: "covered", name });
}

// Settles when nobody is signed in any more; without a line later; and if nothing was handed over, after a while.
async function handedOver() {
  const until = Date.now() + HANDED;
  for (;;) {
    const state = await signInState();
    if (state === "ended" || state === "other" || (state === "open" && Date.now() > until)) return;
    await wait(1_000);
  }
}

function hear({ data }) {
  if (data.say === "here") answered();
  else if (data.say === "cover") giveWay();
  else if (data.say === "covering") covering.add(data.name);
  else if (data.say === "covered") covering.delete(data.name);
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-hand-over]")) return;
  event.preventDefault();
  for (const button of event.target.querySelectorAll("button")) button.disabled = true;
  handOver(event.target);
});
for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
  document.addEventListener(kind, seen, { passive: true, capture: true });
}
windows.addEventListener("message", hear);
document.addEventListener("uncovered", answered);
document.addEventListener("visibilitychange", look);
setInterval(look, 5_000);
