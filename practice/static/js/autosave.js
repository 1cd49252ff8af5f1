// Saves a form by itself, and says the truth about it.
//
//   <form method="post" action="…" data-autosave="/where/to/save/" data-warn-unsaved data-keys>
//     {% csrf_token %}<input type="hidden" name="version" value="3"> … <p class="save-line" data-save-line role="status"></p>
//
// A pause of 1.5 seconds, leaving a field, or Ctrl+S posts all fields to data-autosave. Answers, as JSON:
//   200 {"saved_at": "2:03 pm", "version": 4}  the hidden `version` becomes 4; the line says "Saved 2:03 pm" and what
//                                              the form's data-saved-words adds (", sealed"); the "saved" event
//                                              carries the whole answer as its detail
//   409 {"problem": "…", "href": "…"}  saved in another window meanwhile, both texts are kept; nothing more is sent by
//                                      itself, and the line links to where both are
//   422 {"problem": "…"}  refused as it stands (too long…); the next change is tried again
// Signed out (401): the page is covered and the text waits. No line, or the server in trouble: again, ever slower.

import { cover, signInState, token } from "./cover.js";

const PAUSE = 1500;
const LONGEST = 30_000;

class Saver {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-save-line]");
    this.sent = this.text();
    this.wait = PAUSE;
    this.timer = null;
    this.busy = null;
    this.stopped = false;
    this.waited = false;
    form.addEventListener("input", () => this.soon());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("save-now", () => this.save());
    form.addEventListener("submit", (event) => this.beforeSubmit(event));
    window.addEventListener("online", () => this.save());
    document.addEventListener("uncovered", () => this.save());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.save(); });
  }

  text() {
    const fields = new FormData(this.form);
    for (const name of ["csrfmiddlewaretoken", "version"]) fields.delete(name);
    return new URLSearchParams(fields).toString();
  }

  soon(delay = PAUSE) {
    if (this.stopped) return;
    if (this.text() !== this.sent) this.say("Not saved yet.", "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  say(words, state) {
    if (!this.line) return;
    this.line.classList.remove("is-saved", "is-waiting");
    if (state) this.line.classList.add(state);
    if (this.line.textContent !== words) this.line.textContent = words;
  }

  save() {
    clearTimeout(this.timer);
    if (!this.form.isConnected || this.stopped) return null;
    if (this.busy) { this.soon(); return this.busy; }
    if (this.text() === this.sent) return null;
    this.busy = this.send().finally(() => { this.busy = null; });
    return this.busy;
  }

  async send() {
    const text = this.text();
    const answer = await fetch(this.form.dataset.autosave, {
      method: "POST", body: new FormData(this.form), redirect: "manual",
      headers: { "X-CSRFToken": token(), "X-Requested-With": "autosave" },
    }).catch(() => null);
    const told = await answer?.json?.().catch(() => null);
    if (answer?.status === 200 && told) return this.saved(text, told);
    if (answer?.status === 409 && told) return this.stop(told);
    if (answer?.status === 422 && told) { this.sent = text; return this.say(told.problem, "is-waiting"); }
    if (answer && answer.status < 500 && (await signInState()) === "ended") return cover();
    this.say("Not saved yet. Trying again.", "is-waiting");
    this.wait = Math.min(this.wait * 2, LONGEST);
    this.soonAgain();
  }

  soonAgain() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.wait);
  }

  stop({ problem, href }) {
    this.stopped = true;
    this.say(`${problem} `, "is-waiting");
    if (href && this.line) this.line.append(Object.assign(document.createElement("a"), { href, textContent: "See both" }));
  }

  saved(text, told) {
    this.sent = text;
    this.wait = PAUSE;
    const version = this.form.elements.namedItem("version");
    if (version && told.version !== undefined) version.value = told.version;
    if (this.text() !== text) return this.soon();
    this.say(`Saved ${told.saved_at}${this.form.dataset.savedWords ?? ""}`, "is-saved");
    this.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: told }));
  }

  // Signing while a save is on its way would look like two windows: let it arrive first, and what stands in the other
  // sheet of the page too.
  beforeSubmit(event) {
    clearTimeout(this.timer);
    const first = savers.map((one) => (one === this ? one.busy : one.busy ?? one.save())).filter(Boolean);
    if (!first.length || this.waited) return;
    this.waited = true;
    event.preventDefault();
    Promise.all(first).then(() => { delete this.form.dataset.sending; this.form.requestSubmit(event.submitter); });
  }
}

const savers = [...document.querySelectorAll("form[data-autosave]")].map((form) => new Saver(form));
