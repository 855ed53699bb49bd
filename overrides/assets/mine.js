// What the reader ticks and writes: kept on this device, shared by all pages, never sent.

{
  const key = "mine";
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(key)) ?? {}; } catch {}
  const fields = all(".tick input, .notes textarea");
  const name = (field) => field.closest("label").textContent.trim();
  const show = () => {
    for (const field of fields) {
      if (field.type === "checkbox") field.checked = Boolean(kept[name(field)]);
      else field.value = kept[name(field)] ?? "";
    }
  };
  const keep = () => {
    try { localStorage.setItem(key, JSON.stringify(kept)); } catch {} // then it lasts as long as the page
  };
  // A textarea's text is no child of it, so its label's name does not change with what is written.
  addEventListener("input", ({ target }) => {
    if (!fields.includes(target)) return;
    kept[name(target)] = target.type === "checkbox" ? target.checked : target.value;
    keep();
  });
  show();

  const print = make("button", { type: "button" }, "Print this page");
  print.addEventListener("click", () => window.print());
  const remove = make("button", { type: "button" }, "Delete what I ticked and wrote");
  const said = make("span", { role: "status" });
  remove.addEventListener("click", () => {
    kept = {};
    try { localStorage.removeItem(key); } catch {}
    show();
    said.textContent = "Deleted, on all pages.";
  });
  const last = fields.at(-1);
  (last.closest(".notes") ?? last.closest("ul")).after(make("p", { class: "mine" }, print, remove, said));
}
