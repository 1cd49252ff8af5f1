// Codes of a session: while times are typed, says how long it is, which code is usual for that, and whether the code
// given fits. It changes nothing by itself; the server checks again. Forms: [data-code-times] holds {code: [from, to]}.

for (const form of document.querySelectorAll("form[data-code-times]")) {
  const times = JSON.parse(form.dataset.codeTimes);
  const field = (name) => form.elements.namedItem(name);
  const hint = form.querySelector("[data-code-hint]");
  const why = form.querySelector("[data-code-why]");
  if (!hint) continue;

  const minutes = () => {
    const [from, to] = ["start", "stop"].map((name) => field(name)?.value.match(/^(\d\d):(\d\d)/));
    return from && to ? (to[1] - from[1]) * 60 + (to[2] - from[2]) : null;
  };
  const fits = (code, length) => {
    const [from, to] = times[code] ?? [null, null];
    return (from === null || length >= from) && (to === null || length <= to);
  };
  const usual = (length) => {
    const kind = field("kind")?.value;
    if (kind === "group") return "90853";
    if (kind !== "individual") return length >= 26 ? "90847" : "";
    return ["90832", "90834", "90837"].find((code) => fits(code, length)) ?? "";
  };
  const range = ([from, to]) => (to ? `${from} to ${to} minutes` : `${from} minutes or more`);

  const place = form.querySelector("[data-patient-place]");
  const show = () => {
    if (place) place.hidden = !["video", "phone"].includes(field("modality")?.value) && !place.querySelector("input").value;
    const length = minutes();
    const code = field("code").value.trim();
    const crisis = code === "90839" && /90840/.test(field("add_on").value) && length >= 75;
    const wrong = length !== null && times[code] && !fits(code, length) && !crisis;
    const better = length > 0 ? usual(length) : "";
    if (field("attendance")?.value !== "attended") hint.textContent = "";
    else if (wrong) hint.textContent = `${code} stands for ${range(times[code])}; this is ${length}.${better ? ` Usual: ${better}.` : ""}`;
    else hint.textContent = length > 0 && better && better !== code ? `${length} minutes: usually ${better}.` : "";
    hint.classList.toggle("is-wrong", Boolean(wrong));
    if (why) why.classList.toggle("is-optional", !wrong && !field("code_reason").value && !form.querySelector(".is-invalid[name=code]"));
  };

  form.addEventListener("input", show);
  form.classList.add("has-codes");
  show();
}
