// The definition guard's marks on a sealed sheet: sentences that belong in the chart, underlined in the text and listed
// below it with the reason. They come with the page and with each answer to a save, about two seconds after a pause.
// "Move" takes one to the progress note, "Not sure" asks the compliance officer without a word of it, "Keep" hides it
// until the page is left. Nothing of the text goes anywhere but to its author's own two notes.
//
//   in the form: <div data-marks> <p data-marks-count> <ul> <template><li data-mark> … </template> </div>

import { chartForm, chartPanel, move, versionOf } from "./moving.js";
import { token as formToken } from "./cover.js";

const UNDERLINED = 60_000; // characters; in a longer text the list alone shows, so that typing stays instant
const LISTED = 40;

class Marks {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.list = box.querySelector("ul");
    this.count = box.querySelector("[data-marks-count]");
    this.told = box.querySelector("[data-marks-told]");
    this.who = box.querySelector("[data-marks-who]");
    this.row = box.querySelector("template").content.firstElementChild;
    this.text = this.form.querySelector("textarea"); // by form: the progress note beside has fields of its own
    this.kept = new Set();
    this.asked = new Set();
    this.tokens = new Map();
    this.places = null;
    this.behind = Object.assign(document.createElement("div"), { className: "marks-behind" });
    this.behind.setAttribute("aria-hidden", "true");
    this.text.before(this.behind);
    this.form.addEventListener("answered", ({ detail }) => this.answered(detail));
    this.text.addEventListener("input", () => this.follow());
    this.text.addEventListener("scroll", () => this.place());
    this.list.addEventListener("click", (event) => this.clicked(event.target));
    this.who.querySelector("select").addEventListener("change", () => this.draw());
    document.addEventListener("moved", ({ detail }) => this.show(detail.marks));
    new ResizeObserver(() => this.place()).observe(this.text);
    this.show([...this.list.children].map((row) => ({
      start: Number(row.dataset.start), end: Number(row.dataset.end), kind: row.dataset.kind,
      reason: row.querySelector("[data-reason]").textContent,
    })));
  }

  // Marks of the text that was sent; somebody may have typed on since.
  answered({ told, fields }) {
    if (told.marks) this.show(told.marks, String(fields.get("text")).replace(/\r\n?/g, "\n"));
  }

  show(marks, text = this.text.value) {
    this.marks = marks.map((mark) => ({ ...mark, sentence: text.slice(mark.start, mark.end) }))
      .filter((mark) => mark.sentence && !this.kept.has(mark.sentence));
    this.locate();
    this.draw();
  }

  // Where the marked sentences stand now; one that was changed is gone until it is read again.
  locate() {
    const text = this.text.value;
    let from = 0;
    const found = [];
    for (const mark of this.marks) {
      const start = text.indexOf(mark.sentence, from);
      if (start < 0) continue;
      from = start + mark.sentence.length;
      found.push({ ...mark, start, end: from });
    }
    const gone = found.length !== this.marks.length;
    this.marks = found;
    return gone;
  }

  follow() {
    if (!this.marks.length) return;
    if (this.locate()) this.draw(); else this.underline();
  }

  draw() {
    const at = [...this.list.children].findIndex((row) => row.contains(document.activeElement));
    const was = document.activeElement?.dataset ?? {};
    this.list.replaceChildren(...this.marks.slice(0, LISTED).map((mark) => this.line(mark)));
    const one = this.marks.length === 1;
    const more = this.marks.length > LISTED ? ` The first ${LISTED} are listed.` : "";
    const words = this.marks.length
      ? `${this.marks.length} sentence${one ? "" : "s"} here belong${one ? "s" : ""} in the chart.${more}` : "";
    if (this.count.textContent !== words) this.count.textContent = words;
    this.box.hidden = !this.marks.length && this.told.hidden;
    this.box.querySelector("[data-marks-why]").hidden = !this.marks.length;
    this.underline();
    if (at >= 0) this.focusNear(at, was);
    if (this.marks.length) this.findPlaces();
  }

  line(mark) {
    const row = this.row.cloneNode(true);
    row.querySelector("[data-sentence]").textContent = mark.sentence;
    row.querySelector("[data-reason]").textContent = mark.reason;
    for (const button of row.querySelectorAll("button")) button.hidden = false;
    const ask = row.querySelector("[data-ask]");
    if (this.asked.has(mark.kind)) ask.replaceWith(Object.assign(document.createElement("span"), { className: "fine", textContent: "Asked; the answer will stand on your home page." }));
    const place = this.chosen();
    const sections = row.querySelector("select");
    row.querySelector("[data-move]").hidden = !place?.sections.length;
    row.querySelector("[data-into]").hidden = !(place?.sections.length > 1);
    for (const { key, label } of place?.sections ?? []) sections.add(new Option(label, key, false, place.defaults[mark.kind] === key));
    return row;
  }

  chosen() {
    const wanted = this.who.querySelector("select").value;
    return this.places?.find((place) => !wanted || place.patient === wanted) ?? null;
  }

  // Once there is something to move: to whose progress note, and which sections it has.
  async findPlaces(again = false) {
    if ((this.places && !again) || this.looking || versionOf(this.form) === "0") return;
    this.looking = true;
    const beside = chartPanel()?.dataset.note;
    const answer = await fetch(`${this.form.dataset.out}${beside ? `?note=${beside}` : ""}`).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    this.looking = false;
    if (!told) return;
    this.places = told.places;
    const select = this.who.querySelector("select");
    select.replaceChildren(...told.places.map((place) => new Option(place.name, place.patient, false, Boolean(beside) && place.note === beside)));
    this.who.hidden = told.places.length < 2;
    const { problem, href } = told.places.length === 1 ? told.places[0] : {};
    if (problem) this.say(problem, href && { href, words: "Open it" });
    this.draw();
  }

  clicked(target) {
    const row = target.closest("[data-mark]");
    const at = [...this.list.children].indexOf(row);
    const mark = this.marks[at];
    const button = target.closest("button");
    if (!mark || !button) return;
    if (button.matches("[data-keep]")) this.keep(mark, at);
    if (button.matches("[data-sentence]")) this.find(mark);
    if (button.matches("[data-ask]")) this.ask(mark, at);
    if (button.matches("[data-move]")) this.move(mark, row.querySelector("select").value, at);
  }

  keep(mark, at) {
    this.kept.add(mark.sentence);
    this.marks = this.marks.filter(({ sentence }) => sentence !== mark.sentence);
    this.draw();
    this.focusNear(at, { keep: "" });
  }

  find(mark) {
    this.text.focus();
    this.text.setSelectionRange(mark.start, mark.end);
  }

  async ask(mark, at) {
    const body = new FormData();
    body.set("topic", mark.kind);
    const answer = await fetch(this.form.dataset.ask, {
      method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": formToken(), "X-Requested-With": "ask" },
    }).catch(() => null);
    if (!answer?.ok) return this.say("The question could not be asked. Try again.");
    this.asked.add(mark.kind);
    this.draw();
    this.focusNear(at, { keep: "" });
  }

  async move(mark, section, at) {
    if (this.moving) return;
    this.moving = true;
    const place = this.chosen();
    if (!this.tokens.has(mark.sentence)) this.tokens.set(mark.sentence, crypto.randomUUID());
    const beside = chartForm() && chartPanel().dataset.note === place.note;
    const { told, done, problem, href } = await move(this.form.dataset.out, () => {
      this.locate();
      const here = this.marks.find(({ sentence }) => sentence === mark.sentence) ?? mark;
      return {
        token: this.tokens.get(mark.sentence), sentence: mark.sentence, at: here.start, version: versionOf(this.form),
        kind: mark.kind, patient: place.patient, note: place.note, section,
        chart_version: beside ? versionOf(chartForm()) : undefined,
      };
    });
    this.moving = false;
    if (!told) return this.say(problem, href && { href, words: "Open it" });
    this.tokens.delete(mark.sentence);
    place.note ||= told.chart.note;
    this.show(told.sealed.marks);
    const shown = chartForm() && chartPanel().dataset.note === told.chart.note;
    const back = done.sealed && done.chart ? () => this.undo(mark, told, done) : null;
    this.say(`${told.words}, ${told.chart.label}.`, shown ? null : { href: told.chart.href, words: "Open it" }, back);
    this.focusNear(at, { move: "" });
  }

  async undo(mark, made, { sealed, chart }) {
    const { told, problem } = await move(this.form.dataset.in, () => ({
      token: this.undoToken ??= crypto.randomUUID(), sentence: sealed.removed, at: sealed.start, version: versionOf(this.form),
      kind: mark.kind, note: made.chart.note, section: made.chart.section, sure: "on",
      chart_version: chartForm() && chartPanel().dataset.note === made.chart.note ? versionOf(chartForm()) : made.chart.version,
      chart_at: chart.start + (chart.text.length - chart.text.trimStart().length),
    }));
    if (!told) return this.say(problem ?? "Not moved back.", null, () => this.undo(mark, made, { sealed, chart }));
    this.undoToken = null;
    this.show(told.sealed.marks);
    this.say("Moved back.");
    this.text.focus();
  }

  say(words, link, undo) {
    this.told.replaceChildren(words, " ");
    if (link) this.told.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.words }), " ");
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link btn-sm", textContent: "Undo" });
      button.addEventListener("click", undo, { once: true });
      this.told.append(button);
    }
    this.told.hidden = this.box.hidden = false;
  }

  focusNear(at, was) {
    const row = this.list.children[Math.min(at, this.list.children.length - 1)];
    const wanted = Object.keys(was).find((name) => ["move", "ask", "sentence", "section"].includes(name)) ?? "keep";
    const next = row?.querySelector(`[data-${wanted}]`);
    ((next && !next.hidden ? next : row?.querySelector("[data-keep]")) ?? this.text).focus();
  }

  // The same text, unseen, behind the one that is written in, with lines under the marked sentences.
  underline() {
    const text = this.text.value;
    const parts = [];
    let at = 0;
    if (text.length <= UNDERLINED) {
      for (const mark of this.marks) {
        parts.push(text.slice(at, mark.start), Object.assign(document.createElement("mark"), { textContent: mark.sentence }));
        at = mark.end;
      }
    }
    this.behind.replaceChildren(...parts);
    this.place();
  }

  place() {
    const { offsetTop, offsetLeft, offsetWidth, offsetHeight, scrollTop } = this.text;
    const sizes = { top: offsetTop, left: offsetLeft, width: offsetWidth, height: offsetHeight };
    for (const [name, pixels] of Object.entries(sizes)) this.behind.style[name] = `${pixels}px`;
    this.behind.scrollTop = scrollTop;
  }
}

for (const box of document.querySelectorAll("[data-marks]")) new Marks(box);
