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
// Each answered save gives an "answered" event {told, fields}, also when somebody typed on meanwhile. form.settle() saves
// what is typed and says whether the server has all of it; nothing is sent while form.dataset.held is set; and
// form.took(told, whole) tells that text and version were changed on the server and in the form together (moving.js).
// Other windows of this browser with a form of the same address are told at once that it was saved: where nothing is
// unsaved they offer to load it anew, where something is their own save finds out (409). Only the address is told.
// Somebody who types without a pause is saved every 15 seconds. `saveAll` is for the page that is about to be covered.
// Signed out (401): the page is covered and the text waits. No line, or the server in trouble: again, ever slower.

import { cover, signInState, token } from "./cover.js";

const PAUSE = 1500;
const CEILING = 15_000;
const LONGEST = 30_000;
const windows = new BroadcastChannel("practice-saved");

class Saver {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-save-line]");
    this.sent = this.text();
    this.wait = PAUSE;
    this.timer = null;
    this.since = null; // when the oldest unsaved word was typed
    this.told = [this.line?.textContent ?? "", [...(this.line?.classList ?? [])].find((name) => name.startsWith("is-")) ?? ""];
    this.busy = null;
    this.stopped = false;
    this.waited = false;
    this.unwanted = null; // what the server refused as it stands
    form.settle = () => this.settle();
    form.took = (told, whole) => this.took(told, whole);
    form.addEventListener("input", () => this.typed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("save-now", () => this.save());
    form.addEventListener("submit", (event) => this.beforeSubmit(event));
    window.addEventListener("online", () => this.save());
    document.addEventListener("uncovered", () => this.save());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.save(); });
    if (this.typedEarlier()) { this.sent = null; this.typed(); }
  }

  // On a slow line somebody types before this script has come: no event will tell of that.
  typedEarlier() {
    return [...this.form.elements].some((field) => field.type === "textarea" && field.value !== field.defaultValue);
  }

  text() {
    const fields = new FormData(this.form);
    for (const name of ["csrfmiddlewaretoken", "version"]) fields.delete(name);
    return new URLSearchParams(fields).toString();
  }

  // At each key: nothing that grows with the length of the note.
  typed() {
    if (this.stopped) return;
    this.since ??= Date.now();
    this.say("Not saved yet.", "");
    this.soon();
  }

  soon() {
    if (this.stopped) return;
    const left = this.since === null ? PAUSE : this.since + CEILING - Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.form.dataset.held ? PAUSE : Math.max(0, Math.min(PAUSE, left)));
  }

  async settle() {
    for (let turn = 0; turn < 3 && this.busy; turn += 1) await this.busy;
    if (this.text() !== this.sent) await this.save();
    return !this.stopped && this.text() === this.sent && this.sent !== this.unwanted;
  }

  took(told, whole) {
    const version = this.form.elements.namedItem("version");
    if (version) version.value = told.version;
    this.told = [`Saved ${told.saved_at}${this.form.dataset.savedWords ?? ""}`, "is-saved"];
    windows.postMessage(this.form.dataset.autosave);
    if (!whole) return this.typed();
    this.sent = this.text();
    this.say(...this.told);
    this.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: {} }));
  }

  say(words, state, link = null) {
    if (!this.line) return;
    this.line.classList.remove("is-saved", "is-waiting");
    if (state) this.line.classList.add(state);
    if (link) this.line.replaceChildren(`${words} `, Object.assign(document.createElement("a"), link));
    else if (this.line.textContent !== words) this.line.textContent = words;
  }

  elsewhere() {
    if (this.stopped || this.busy || this.text() !== this.sent) return;
    this.told = ["Changed in another window.", "is-waiting", { href: location.pathname + location.search, textContent: "Load what it says now" }];
    this.say(...this.told);
  }

  refused(text, { problem }) {
    this.sent = this.unwanted = text;
    this.told = [problem, "is-waiting"];
    this.say(...this.told);
  }

  save() {
    clearTimeout(this.timer);
    if (!this.form.isConnected || this.stopped) return null;
    if (this.busy || this.form.dataset.held) { this.soon(); return this.busy; }
    this.since = null;
    if (this.text() === this.sent) { this.say(...this.told); return null; } // a change that was taken back
    this.busy = this.send().finally(() => { this.busy = null; });
    return this.busy;
  }

  async send() {
    const text = this.text();
    const fields = new FormData(this.form);
    const answer = await fetch(this.form.dataset.autosave, {
      method: "POST", body: fields, redirect: "manual",
      headers: { "X-CSRFToken": token(), "X-Requested-With": "autosave" },
    }).catch(() => null);
    const told = await answer?.json?.().catch(() => null);
    if (answer?.status === 200 && told) return this.saved(text, told, fields);
    if (answer?.status === 409 && told) return this.stop(told);
    if (answer?.status === 422 && told) return this.refused(text, told);
    this.sent = null; // whether it arrived is not known: the next time it is sent whatever stands there
    if (answer && answer.status < 500 && ["ended", "other"].includes(await signInState())) return cover();
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
    this.say(problem, "is-waiting", href ? { href, textContent: "See both" } : null);
  }

  saved(text, told, fields) {
    this.sent = text;
    this.wait = PAUSE;
    const version = this.form.elements.namedItem("version");
    if (version && told.version !== undefined) version.value = told.version;
    windows.postMessage(this.form.dataset.autosave);
    this.form.dispatchEvent(new CustomEvent("answered", { detail: { told, fields } }));
    this.told = [`Saved ${told.saved_at}${this.form.dataset.savedWords ?? ""}`, "is-saved"];
    if (this.text() !== text) return this.typed();
    this.say(...this.told);
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
windows.onmessage = ({ data }) => { for (const one of savers) if (one.form.dataset.autosave === data) one.elsewhere(); };

// Everything that is not saved yet, on its way; settles when the server has answered.
export const saveAll = () => Promise.allSettled(savers.map((one) => one.busy ?? one.save()));
