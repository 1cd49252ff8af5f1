// When a sign-in has ended the page is covered and emptied. What stood there waits in memory, nowhere else, and comes
// back when the same person has signed in again in another tab; nobody else gets it.

const { stillHere, signIn, person } = document.body.dataset;
let kept = null;

export const covered = () => kept !== null;

export function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

// "open": still signed in as the same person. "ended": signed out, or somebody else. "away": no answer.
export async function signInState() {
  const answer = await fetch(stillHere, { redirect: "manual", headers: { "Practice-Poll": "1" } }).catch(() => null);
  if (!answer) return "away";
  if (!answer.ok) return "ended";
  const { csrf, user } = await answer.json();
  if (user !== person) return "ended";
  renewTokens(kept ?? document, csrf);
  return "open";
}

function renewTokens(root, csrf) {
  for (const field of root.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = csrf;
}

export function cover() {
  if (kept) return;
  kept = document.createDocumentFragment();
  kept.append(...document.body.childNodes);
  const sheet = document.createElement("main");
  sheet.className = "cover";
  sheet.innerHTML = `<div><h1>You have been signed out</h1>
    <p class="quiet">This page is covered. Sign in again, come back to this tab, and it is as you left it.</p>
    <p><a class="btn btn-primary" target="_blank" rel="noopener">Sign in</a></p></div>`;
  sheet.querySelector("a").href = signIn;
  document.body.replaceChildren(sheet);
  sheet.querySelector("a").focus();
}

async function uncover() {
  if (!kept || document.visibilityState !== "visible" || (await signInState()) !== "open") return;
  const page = kept;
  kept = null;
  document.body.replaceChildren(page);
  document.dispatchEvent(new Event("uncovered"));
}

document.addEventListener("visibilitychange", uncover);
window.addEventListener("focus", uncover);
