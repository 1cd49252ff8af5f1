// 13 quiet minutes: ask. 15: cover and empty the page; the server has ended the sign-in by then.
// While somebody works without loading pages, the server hears of it once a minute, so both clocks agree.

const WARN = 13 * 60_000;
const END = 15 * 60_000;
const TELL = 60_000;
const { stillHere, signIn } = document.body.dataset;
const windows = new BroadcastChannel("practice-activity");

let lastTold = Date.now();
let dialog = null;

function seen() {
  if (dialog) return; // once asked, only the answer counts
  if (Date.now() - lastTold > TELL) tell();
}

async function tell() {
  lastTold = Date.now();
  windows.postMessage("here");
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetch(stillHere, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" }).catch(() => null);
  if (answer && answer.status !== 204) cover();
}

function ask() {
  dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "idle-title");
  dialog.innerHTML = `<h2 id="idle-title">Are you still there?</h2>
    <p>In two minutes this page is covered and you are signed out. Drafts that say “Saved” are kept.</p>
    <button class="btn btn-primary" type="button">Stay signed in</button>`;
  dialog.querySelector("button").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  document.body.append(dialog);
  dialog.showModal();
}

function stay() {
  dialog?.remove();
  dialog = null;
  tell();
}

function cover() {
  clearInterval(timer);
  const cover = document.createElement("main");
  cover.className = "cover";
  cover.innerHTML = `<div><h1>You have been signed out</h1>
    <p class="quiet">This page was covered after 15 quiet minutes. Sign in again and you are back here.</p>
    <a class="btn btn-primary" href="">Sign in</a></div>`;
  cover.querySelector("a").href = `${signIn}?next=${encodeURIComponent(window.location.pathname)}`;
  document.title = "Signed out";
  document.body.replaceChildren(cover);
  cover.querySelector("a").focus();
}

function look() {
  const quiet = Date.now() - lastTold;
  if (quiet >= END) cover();
  else if (quiet >= WARN && !dialog) ask();
}

for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) {
  document.addEventListener(kind, seen, { passive: true, capture: true });
}
windows.addEventListener("message", () => {
  dialog?.remove();
  dialog = null;
  lastTold = Date.now();
});
document.addEventListener("visibilitychange", look);
const timer = setInterval(look, 5_000);
