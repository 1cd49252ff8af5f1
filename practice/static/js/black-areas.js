// Areas of a page to be left out: drawn over its picture with a mouse or a pen, or added by a button, moved and sized
// with the keys or by touch. What is sent is a hidden field for each: page, left, top, width, height, in ten-thousandths.
// Without this script whole pages are left out. A finger on the page scrolls it, as everywhere.

const WHOLE = 10000;
const STEP = 50;
const LEAST = 40;
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

const within = (value, least, most) => Math.round(Math.min(Math.max(value, least), most));
const percent = (value) => `${Math.round(value / 100)}%`;

for (const page of document.querySelectorAll("[data-copy-page]")) {
  const shot = page.querySelector("[data-shot]");
  if (shot) prepare(page, shot);
}
for (const hint of document.querySelectorAll("[data-drawing]")) hint.hidden = false;

function prepare(page, shot) {
  const list = page.querySelector("[data-areas]");
  const add = page.querySelector("[data-add]");
  const said = page.querySelector("[data-said]");
  const number = page.dataset.copyPage;
  let saying;

  // where a pointer is, in ten-thousandths of the page
  const at = (event) => {
    const box = shot.querySelector("img").getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WHOLE, ((event.clientY - box.top) / box.height) * WHOLE];
  };

  function area(place, line = document.createElement("li")) {
    const input = line.querySelector("input") || Object.assign(document.createElement("input"), { type: "hidden", name: "area" });
    const words = document.createElement("span");
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary btn-sm", textContent: "Remove" });
    line.append(input, words, remove);
    if (!line.isConnected) list.append(line);

    const box = Object.assign(document.createElement("div"), { className: "black-area", tabIndex: 0 });
    box.setAttribute("role", "application");
    box.setAttribute("aria-roledescription", "area to be left out");
    box.setAttribute("aria-describedby", "area-keys");
    const corner = document.createElement("span");
    box.append(corner);
    shot.append(box);

    const put = ([left, top, width, height], announce = true) => {
      width = within(width, LEAST, WHOLE);
      height = within(height, LEAST, WHOLE);
      place = [within(left, 0, WHOLE - width), within(top, 0, WHOLE - height), width, height];
      ["left", "top", "width", "height"].forEach((side, index) => { box.style[side] = `${place[index] / 100}%`; });
      const [fromLeft, fromTop, wide, high] = place.map(percent);
      words.textContent = `${fromLeft} from the left, ${fromTop} from the top, ${wide} wide, ${high} high`;
      box.setAttribute("aria-label", `Page ${number}: ${words.textContent}`);
      remove.setAttribute("aria-label", `Remove the area on page ${number}, ${words.textContent}`);
      input.value = [number, ...place].join(":");
      input.dispatchEvent(new Event("input", { bubbles: true }));
      if (announce) {
        clearTimeout(saying); // not at each repeat of a key that is held
        saying = setTimeout(() => { said.textContent = words.textContent; }, 400);
      }
    };
    const gone = () => {
      box.remove();
      line.remove();
      said.textContent = "Area removed.";
      add.focus();
    };
    remove.addEventListener("click", gone);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); gone(); return; }
      const step = KEYS[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const [left, top, width, height] = place;
      if (event.shiftKey) put([left, top, Math.min(width + step[0], WHOLE - left), Math.min(height + step[1], WHOLE - top)]);
      else put([left + step[0], top + step[1], width, height]);
    });
    box.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      box.focus({ preventScroll: true });
      const sizing = event.target === corner;
      const [fromX, fromY] = at(event);
      const [left, top, width, height] = place;
      follow(box, event, (x, y) => {
        if (sizing) put([left, top, Math.min(width + x - fromX, WHOLE - left), Math.min(height + y - fromY, WHOLE - top)]);
        else put([left + x - fromX, top + y - fromY, width, height]);
      });
    });
    put(place, false);
    return { box, put, gone };
  }

  // calls `moved` with the place of the pointer until it is let go
  function follow(held, event, moved, done = () => {}) {
    held.setPointerCapture(event.pointerId);
    const move = (next) => moved(...at(next));
    const end = () => {
      held.removeEventListener("pointermove", move);
      done();
    };
    held.addEventListener("pointermove", move);
    held.addEventListener("lostpointercapture", end, { once: true });
  }

  shot.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch" || event.target.closest(".black-area")) return;
    event.preventDefault();
    const [fromX, fromY] = at(event);
    let made;
    follow(shot, event, (x, y) => {
      if (!made && Math.abs(x - fromX) < LEAST && Math.abs(y - fromY) < LEAST) return; // a click, not a drawing
      const [left, right] = [within(Math.min(fromX, x), 0, WHOLE), within(Math.max(fromX, x), 0, WHOLE)];
      const [top, bottom] = [within(Math.min(fromY, y), 0, WHOLE), within(Math.max(fromY, y), 0, WHOLE)];
      made ||= area([left, top, LEAST, LEAST]);
      made.put([left, top, right - left, bottom - top]);
    }, () => made?.box.focus({ preventScroll: true }));
  });

  add.addEventListener("click", () => {
    const all = shot.getBoundingClientRect();
    const frame = shot.parentElement.getBoundingClientRect();
    const [left, right] = [Math.max(all.left, frame.left), Math.min(all.right, frame.right)];
    const [top, bottom] = [Math.max(all.top, 0), Math.min(all.bottom, window.innerHeight)];
    const width = ((right - left) / all.width) * (WHOLE / 2); // in the middle of what is on the screen
    const made = area([
      (((left + right) / 2 - all.left) / all.width) * WHOLE - width / 2,
      (((top + bottom) / 2 - all.top) / all.height) * WHOLE - 250,
      width,
      500,
    ]);
    made.box.focus();
  });

  for (const line of [...list.children]) area(line.querySelector("input").value.split(":").slice(1).map(Number), line);
  shot.classList.add("is-ready");
  add.hidden = false;
}
