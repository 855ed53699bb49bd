// What the reader ticks and writes: kept on this device, shared by all pages, never sent.

{
  const KEY = "neurolysis-guide:mine";
  const fields = all("[data-mine] input, [data-mine] textarea");
  // A field is known by its text. A citation in it is numbered anew when the page changes.
  const name = (field) => {
    const label = field.closest("label").cloneNode(true);
    for (const number of all("sup, .meaning", label)) number.remove();
    return label.textContent.trim();
  };
  let here = {}; // for as long as the page is open, where the browser keeps nothing
  let keeps = true;
  // Another tab may have written since: what is kept is read anew each time.
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return here; }
  };
  const write = (all) => {
    here = all;
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { keeps = false; }
  };
  const value = (field) => field.type === "checkbox" ? field.checked : field.value;
  const keep = (field) => write({ ...read(), [name(field)]: value(field) });
  const show = () => {
    const kept = read();
    for (const field of fields) {
      if (field.type === "checkbox") field.checked = Boolean(kept[name(field)]);
      else field.value = kept[name(field)] ?? "";
    }
  };

  const button = (text, act) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };
  const said = make("span", { role: "status" });
  let before;
  const remove = button("Delete what I ticked and wrote", () => {
    before = read();
    write({});
    show();
    undo.hidden = false;
    said.textContent = "Deleted, on all pages.";
  });
  const undo = button("Undo", () => {
    write(before);
    show();
    undo.hidden = true;
    remove.focus();
    said.textContent = "It is back.";
  });
  undo.hidden = true;

  addEventListener("input", ({ target }) => {
    if (!fields.includes(target)) return;
    keep(target);
    undo.hidden = true;
    said.textContent = keeps ? "" : "Your browser does not keep this. Print it before you leave the page.";
  });
  addEventListener("storage", ({ key }) => { if (key === KEY || key === null) show(); });
  addEventListener("pageshow", show);
  addEventListener("afterprint", () => document.body.classList.remove("only-mine"));
  // What was ticked or written before this script came is kept too.
  fields.filter((field) => value(field) && !(name(field) in read())).forEach(keep);
  show();

  const only = button("Print what I ticked and wrote", async () => {
    await wake(); // the style of paper leaves out the rest
    document.body.classList.add("only-mine");
    window.print();
  });
  const whole = button("Print the whole page", () => {
    document.body.classList.remove("only-mine"); // not every browser says when it has printed
    window.print();
  });
  const last = fields.at(-1).closest("p, ul");
  const note = "This device keeps it until you delete it here. If others use the device, delete it when you are done.";
  last.after(make("p", { class: "mine" }, only, whole, remove, undo, said, make("span", {}, note)));
}
