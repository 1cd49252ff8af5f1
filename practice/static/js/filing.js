// Filing documents: chosen, dropped or photographed files are listed and sent one by one, each with its own progress.
//
// Without this script the form sends all files at once. With it a file that is refused says why beside its name, the
// others are filed, and what was typed stays. Nothing is kept in the browser.

const form = document.querySelector("form[data-filing]");

if (form) {
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-chosen]");
  const input = form.querySelector("input[name=scans]");
  const camera = form.querySelector("[data-camera-input]");
  const button = form.querySelector("[data-send]");
  const most = Number(form.dataset.maxBytes);
  const chosen = [];

  const say = (one, words, problem = false) => {
    one.line.querySelector(".state").textContent = problem ? "" : words;
    one.line.querySelector(".problem").textContent = problem ? words : "";
    one.line.querySelector("progress").hidden = true;
  };

  const add = (files) => {
    for (const file of files) {
      const line = document.createElement("li");
      line.innerHTML = '<span><strong></strong> <span class="fine state"></span></span><button type="button" class="btn btn-secondary btn-sm">Leave out</button><progress max="1" value="0" hidden></progress><p class="problem" role="alert"></p>';
      line.querySelector("strong").textContent = file.name;
      line.querySelector("button").setAttribute("aria-label", `Leave out ${file.name}`);
      list.append(line);
      const one = { file, line, done: false };
      chosen.push(one);
      line.querySelector("button").addEventListener("click", () => {
        chosen.splice(chosen.indexOf(one), 1);
        line.remove();
        input.focus();
        name();
      });
      say(one, `${(file.size / 1e6).toFixed(1)} MB`);
      if (file.size > most) say(one, `This file is larger than ${most / 1048576} MB. It will be refused.`, true);
    }
    name();
  };

  const waiting = () => chosen.filter((one) => !one.done);
  const words = button.dataset.words ?? "File it";
  const name = () => { button.textContent = waiting().length > 1 ? `${words.split(" ")[0]} ${waiting().length} files` : words; };

  const send = (one, fields) => new Promise((resolve) => {
    const body = new FormData();
    for (const [key, value] of fields) body.append(key, value);
    body.append("scans", one.file);
    const request = new XMLHttpRequest();
    const bar = one.line.querySelector("progress");
    request.open("POST", form.action || location.href);
    request.setRequestHeader("X-Requested-With", "filing");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.lengthComputable ? event.loaded / event.total : 0;
      if (bar.value === 1) one.line.querySelector(".state").textContent = "Being checked…";
    });
    request.addEventListener("load", () => resolve({ status: request.status, answer: request.response }));
    request.addEventListener("error", () => resolve({ status: 0, answer: null }));
    say(one, "Sending…");
    bar.hidden = false;
    request.send(body);
  });

  const fieldProblems = (problems) => {
    for (const [field, found] of Object.entries(problems)) {
      if (field === "scans") continue;
      const box = form.querySelector(`[name="${field}"]`);
      const holder = box?.closest(".mb-3") ?? form;
      holder.querySelector(".from-script")?.remove();
      const words = document.createElement("div");
      words.className = "invalid-feedback d-block from-script";
      words.textContent = found.map((one) => one.message).join(" ");
      holder.append(words);
      box?.classList.add("is-invalid");
    }
    form.querySelector(".is-invalid")?.focus();
  };

  const clearProblems = () => {
    for (const one of form.querySelectorAll(".from-script, .invalid-feedback")) one.remove();
    for (const one of form.querySelectorAll(".is-invalid")) one.classList.remove("is-invalid");
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearProblems();
    take(input);
    form.querySelector("[data-none]").textContent = waiting().length ? "" : "Choose a file first.";
    if (!waiting().length) { input.focus(); return; }
    button.disabled = true;
    const fields = [...new FormData(form)].filter(([key]) => key !== "scans");
    let stopped = false;
    for (const one of waiting()) {
      const { status, answer } = await send(one, fields);
      if (status === 201) { one.done = true; say(one, answer.filed); one.line.querySelector("button").hidden = true; continue; }
      if (status === 422 && answer) {
        const problems = answer.problems;
        say(one, (problems.scans ?? []).map((found) => found.message).join(" ") || "Not filed yet: see below.", true);
        if (Object.keys(problems).some((field) => field !== "scans")) { fieldProblems(problems); stopped = true; }
      } else {
        say(one, status ? "Not filed: the server did not take it. Reload the page and sign in again if it asks." : "Not filed: no connection. Try again.", true);
        stopped = true;
      }
      if (stopped) break;
    }
    button.disabled = false;
    name();
    if (!waiting().length) { form.dispatchEvent(new Event("saved", { bubbles: true })); location.assign(location.pathname); }
  });

  const take = (field) => { add(field.files); field.value = ""; };
  input.addEventListener("change", () => take(input));
  camera.addEventListener("change", () => take(camera));
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
  form.querySelector("[data-drop-words]").hidden = false;
  take(input); // chosen before this script was there
  if (matchMedia("(pointer: coarse)").matches) form.querySelector("[data-camera]").hidden = false;
}
