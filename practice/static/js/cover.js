// When a sign-in has ended the page is covered and emptied. What stood there waits in memory, nowhere else, and comes
// back at the same place when the same person has signed in again, on the spot or in another tab; nobody else gets it.
// A tab that is put into the background is veiled at once, and shows itself again when the server knows its person; after
// a while in the background, and without a line to ask, it is covered: the screen may be in other hands by now.

const { stillHere, signIn, person } = document.body.dataset;
const LOOK_AGAIN = 5_000;
const PATIENCE = 3_000; // behind the veil
let kept = null;
let looked = Date.now();
let otherToken = ""; // of whoever is signed in here now
let hiddenSince = null;
let asking = false;

const LATELY = 20_000;

export const covered = () => kept !== null;
// Whether the server was asked, or sent this page, a moment ago.
export const askedLately = () => Date.now() - looked < LATELY;
export const holds = (node) => kept !== null && kept.page.contains(node);

export function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

// "open": still signed in as the same person. "other": somebody else is. "ended": nobody. "away": no answer.
export async function signInState() {
  const answer = await fetch(stillHere, { redirect: "manual", headers: { "Practice-Poll": "1" } }).catch(() => null);
  if (!answer) return "away";
  return answer.ok ? read(answer) : "ended";
}

async function read(answer) {
  const { csrf, user } = await answer.json();
  otherToken = csrf;
  if (user !== person) return "other";
  for (const field of (kept?.page ?? document).querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = csrf;
  return "open";
}

// `signedOut` settles when the sign-in is over on the server too: until then nobody may be found signed in here.
export function cover(signedOut = Promise.resolve(), why = "You have been signed out") {
  if (kept) return;
  const writing = document.activeElement;
  kept = {
    signedOut,
    page: document.createDocumentFragment(),
    title: document.title,
    top: window.scrollY,
    texts: [...document.querySelectorAll("textarea")].map((text) => [text, text.scrollTop]),
    writing,
    caret: writing?.matches?.("textarea, input[type=text]") ? [writing.selectionStart, writing.selectionEnd] : null,
  };
  kept.page.append(...document.body.childNodes);
  document.title = why;
  const sheet = document.createElement("main");
  sheet.className = "cover";
  sheet.innerHTML = `<div class="cover-sheet"><p class="h3" data-why></p>
    <p class="quiet" data-words role="status">This page is covered, and your text waits in it. Sign in and it is as you left it.</p>
    <div data-door></div>
    <p class="fine"><a target="_blank" rel="noopener">Sign in in another tab</a></p></div>`;
  sheet.querySelector("[data-why]").textContent = why;
  sheet.querySelector("a").href = signIn;
  sheet.addEventListener("submit", answerDoor);
  document.body.replaceChildren(sheet);
  signedOut.then(openDoor);
}

// The sign-in pages themselves, step by step, in the place of the covered page.
const openDoor = () => knock(`${signIn}?next=${encodeURIComponent(stillHere)}`);

function answerDoor(event) {
  event.preventDefault();
  event.stopPropagation();
  const form = event.target;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  knock(form.action, { method: "POST", body: new FormData(form, event.submitter) });
}

async function knock(url, how = {}) {
  const answer = await fetch(url, how).catch(() => null);
  if (!kept) return;
  if (!answer) return tell("There is no connection now. Your text is still here. Try again in a moment.", true);
  if (answer.headers.get("content-type")?.includes("json")) {
    const state = await read(answer);
    return state === "open" ? putBack() : somebodyElse();
  }
  show(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

function show(page) {
  const door = document.querySelector("[data-door]");
  const step = page.querySelector("main .sheet-body");
  if (!step?.querySelector("form")) return tell("This step is not possible here. Sign in in another tab, then come back.", false);
  door.replaceChildren(...[...step.childNodes].map((node) => document.importNode(node, true)));
  for (const form of door.querySelectorAll("form")) form.action = new URL(form.getAttribute("action"), location.href).pathname;
  door.querySelector(".is-invalid, input:not([type=hidden])")?.focus();
}

function tell(words, again) {
  const door = document.querySelector("[data-door]");
  document.querySelector("[data-words]").textContent = words;
  if (again) for (const button of door.querySelectorAll("button")) button.disabled = false;
  if (again && door.querySelector("form")) return;
  const retry = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary", textContent: "Try again" });
  retry.addEventListener("click", openDoor);
  door.replaceChildren(...(again ? [retry] : []));
}

// Their own pages cover themselves, with what they have typed, when they come back to them.
function somebodyElse() {
  tell("Somebody else is signed in here now. This page waits for the person who wrote in it, and shows nothing to anybody else.", false);
  const door = document.querySelector("[data-door]");
  const change = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary", textContent: "Sign them out, and sign in" });
  change.addEventListener("click", async () => {
    change.disabled = true;
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", otherToken);
    await fetch(document.body.dataset.signOut, { method: "POST", body: fields, redirect: "manual" }).catch(() => null);
    openDoor();
  });
  door.replaceChildren(change);
}

function putBack() {
  const { page, title, top, texts, writing, caret } = kept;
  kept = null;
  document.body.replaceChildren(page);
  document.title = title;
  for (const [text, scroll] of texts) text.scrollTop = scroll;
  writing?.focus?.({ preventScroll: true });
  if (caret) writing.setSelectionRange(...caret);
  window.scrollTo(0, top);
  document.dispatchEvent(new Event("uncovered"));
}

const veil = () => document.documentElement.classList.toggle("veiled", document.visibilityState !== "visible" && !kept);

function leave() {
  hiddenSince = Date.now();
  veil();
}

// Coming to this tab: a page whose person has signed out elsewhere, or made room for somebody else, is covered.
async function come() {
  if (asking) return;
  const long = hiddenSince !== null && Date.now() - hiddenSince > LOOK_AGAIN;
  if (kept || (!long && Date.now() - looked < LOOK_AGAIN)) veil();
  if (!kept && !long && Date.now() - looked < LOOK_AGAIN) return;
  hiddenSince = null;
  asking = true;
  await look(long);
  asking = false;
  veil();
}

async function look(long) {
  await kept?.signedOut;
  const tooLong = new Promise((resolve) => setTimeout(resolve, PATIENCE, "away"));
  const state = await Promise.race([signInState(), tooLong]);
  looked = Date.now();
  if (!kept) {
    if (state === "ended" || state === "other") cover();
    else if (state === "away" && long) cover(undefined, "This page is covered");
    return;
  }
  if (state === "open") putBack();
  else if (state === "other") somebodyElse();
  else if (!document.querySelector("[data-door] form")) openDoor();
}

if (stillHere) {
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? come() : leave()));
  window.addEventListener("focus", () => { if (document.visibilityState === "visible") come(); });
  window.addEventListener("online", () => { if (kept) come(); });
}
