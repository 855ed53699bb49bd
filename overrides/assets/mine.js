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

  const button = (text, act) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };
  const said = make("span", { role: "status" });
  let before;
  const undo = button("Undo", () => {
    kept = before;
    keep();
    show();
    undo.hidden = true;
    said.textContent = "It is back.";
  });
  undo.hidden = true;
  const last = fields.at(-1);
  (last.closest(".notes") ?? last.closest("ul")).after(make("p", { class: "mine" },
    button("Print what I ticked and wrote", () => {
      document.body.classList.add("only-mine"); // the style of paper then leaves out the rest
      window.print();
      document.body.classList.remove("only-mine");
    }),
    button("Print the whole page", () => window.print()),
    button("Delete what I ticked and wrote", () => {
      before = kept;
      kept = {};
      try { localStorage.removeItem(key); } catch {}
      show();
      undo.hidden = false;
      said.textContent = "Deleted, on all pages.";
    }), undo, said));
}
