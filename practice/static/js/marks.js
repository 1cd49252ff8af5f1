// The definition guard's marks on a sealed sheet: sentences that belong in the chart, listed below the text and
// underlined in it. They come with the page and with each answer to a save; "Keep" hides one until the page is left.
// Nothing is sent or stored from here.
//
//   in the form: <div data-marks> <p data-marks-count> <ul> <template><li data-mark> … </template> </div>

const UNDERLINED = 60_000; // characters; in a longer text the list alone shows, so that typing stays instant

class Marks {
  constructor(box) {
    this.box = box;
    this.list = box.querySelector("ul");
    this.count = box.querySelector("[data-marks-count]");
    this.row = box.querySelector("template").content.firstElementChild;
    this.text = box.closest("form").querySelector("textarea"); // by form: the progress note beside has fields of its own
    this.kept = new Set();
    this.behind = Object.assign(document.createElement("div"), { className: "marks-behind" });
    this.behind.setAttribute("aria-hidden", "true");
    this.text.before(this.behind);
    this.text.form.addEventListener("saved", (event) => { if (event.detail?.marks) this.show(event.detail.marks); });
    this.text.addEventListener("input", () => this.follow());
    this.text.addEventListener("scroll", () => this.place());
    this.list.addEventListener("click", (event) => this.keep(event.target.closest("[data-keep]")));
    new ResizeObserver(() => this.place()).observe(this.text);
    this.show([...this.list.children].map((row) => ({
      start: Number(row.dataset.start), end: Number(row.dataset.end), reason: row.querySelector("[data-reason]").textContent,
    })));
  }

  show(marks) {
    const text = this.text.value;
    this.marks = marks.map((mark) => ({ ...mark, sentence: text.slice(mark.start, mark.end) }))
      .filter((mark) => mark.sentence && !this.kept.has(mark.sentence));
    this.draw();
  }

  // While somebody writes, marks move with their sentences, and go when the sentence is changed.
  follow() {
    if (!this.marks.length) return;
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
    if (gone) this.draw(); else this.underline();
  }

  draw() {
    const at = [...this.list.children].findIndex((row) => row.contains(document.activeElement));
    this.list.replaceChildren(...this.marks.map((mark) => this.line(mark)));
    const one = this.marks.length === 1;
    const words = `${this.marks.length} sentence${one ? "" : "s"} here belong${one ? "s" : ""} in the chart.`;
    if (this.count.textContent !== words) this.count.textContent = words;
    this.box.hidden = !this.marks.length;
    this.underline();
    if (at >= 0) this.focusNear(at);
  }

  line(mark) {
    const row = this.row.cloneNode(true);
    row.querySelector("[data-sentence]").textContent = mark.sentence;
    row.querySelector("[data-reason]").textContent = mark.reason;
    row.querySelector("[data-keep]").hidden = false;
    return row;
  }

  keep(button) {
    if (!button) return;
    const at = [...this.list.children].indexOf(button.closest("[data-mark]"));
    const { sentence } = this.marks[at];
    this.kept.add(sentence);
    this.marks = this.marks.filter((mark) => mark.sentence !== sentence);
    this.draw();
    this.focusNear(at);
  }

  focusNear(at) {
    const next = this.list.children[Math.min(at, this.list.children.length - 1)];
    (next?.querySelector("[data-keep]") ?? this.text).focus();
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
