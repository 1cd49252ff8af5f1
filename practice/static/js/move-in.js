// Words selected in the progress note go into the psychotherapy note beside it.
//
//   <div data-move-in hidden> <p data-move-in-told role="status"> <button data-move-in-go> <button data-move-in-sure hidden> </div>

import { chartForm, chartPanel, move, sealedForm, versionOf } from "./moving.js";

class MoveIn {
  constructor(box) {
    this.box = box;
    this.told = box.querySelector("[data-move-in-told]");
    this.go = box.querySelector("[data-move-in-go]");
    this.sure = box.querySelector("[data-move-in-sure]");
    this.token = null;
    document.addEventListener("selectionchange", () => this.look());
    this.go.addEventListener("click", () => this.move(""));
    this.sure.addEventListener("click", () => this.move("on"));
  }

  // The words selected last in a section stay chosen while somebody goes to the button.
  look() {
    const field = document.activeElement;
    if (field?.form !== chartForm() || field.tagName !== "TEXTAREA") return;
    const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
    const words = chosen.trim();
    if (words === this.picked?.words && field === this.picked?.field) return;
    if (!words && !this.picked) return; // what was said of the last move stays
    this.picked = words ? { field, words, start: field.selectionStart + chosen.indexOf(words) } : null;
    this.token = crypto.randomUUID();
    this.sure.hidden = true;
    this.go.hidden = !this.picked;
    if (this.picked) this.say(`Selected: “${words.length > 60 ? `${words.slice(0, 57)}…` : words}”`);
    this.box.hidden = !this.picked;
  }

  async move(sure) {
    const { field, words, start } = this.picked;
    const { told, done, warning, problem } = await move(sealedForm().dataset.in, () => ({
      token: this.token, sentence: words, version: versionOf(sealedForm()), note: chartPanel().dataset.note,
      section: field.name.slice(2), chart_version: versionOf(chartForm()), chart_at: start, sure,
    }));
    if (warning) { this.say(warning); this.go.hidden = true; this.sure.hidden = false; this.sure.focus(); return; }
    if (!told) return this.say(problem);
    this.picked = null;
    this.go.hidden = this.sure.hidden = true;
    document.dispatchEvent(new CustomEvent("moved", { detail: told.sealed }));
    this.say(`${told.words}.`, done.sealed && done.chart ? () => this.undo(field, words, told, done) : null);
    field.focus();
  }

  async undo(field, words, made, { sealed, chart }) {
    const token = crypto.randomUUID();
    const { told, problem } = await move(sealedForm().dataset.out, () => ({
      token, sentence: chart.removed, at: sealed.start + sealed.text.indexOf(words), version: versionOf(sealedForm()),
      note: made.chart.note, section: made.chart.section, chart_version: versionOf(chartForm()), chart_at: chart.start,
    }));
    if (!told) return this.say(problem ?? "Not moved back.");
    document.dispatchEvent(new CustomEvent("moved", { detail: told.sealed }));
    this.say("Moved back.");
    field.focus();
  }

  say(words, undo) {
    this.told.replaceChildren(words ?? "", " ");
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link btn-sm", textContent: "Undo" });
      button.addEventListener("click", undo, { once: true });
      this.told.append(button);
    }
    this.box.hidden = false;
  }
}

for (const box of document.querySelectorAll("[data-move-in]")) if (sealedForm()) new MoveIn(box);
