// What the guide does beyond Material's script. Each part works by itself, and every page reads without any.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// An element with its attributes and children; text is text, never markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// What a page remembers on this device, where the browser keeps anything.
const kept = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return undefined; } },
  write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
};

// ---- Notes and words: Material shows them at a focus or below a mouse ----

// Pressed by a pointer, a number shows its note and the page stays where it is. By keyboard it leads to the note.
addEventListener("click", (event) => {
  const pressed = event.target.closest?.(".footnote-ref, abbr[tabindex]");
  if (!pressed || !event.detail || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  pressed.focus({ preventScroll: true }); // Safari does not focus what is pressed
  const closed = document.getElementById(pressed.getAttribute("aria-controls") ?? pressed.getAttribute("aria-describedby"));
  if (closed) closed.hidden = false; // Escape had closed it
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of all(".md-tooltip2")) {
    const opener = one(`[aria-controls="${open.id}"], [aria-describedby="${open.id}"]`);
    if (open.contains(document.activeElement)) opener?.focus();
    open.hidden = true;
  }
});

// Material puts what opens at the end of the page. A note needs a name there, and a meaning belongs to the main part.
new MutationObserver((changes) => {
  for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
    if (!node.matches?.(".md-tooltip2")) continue;
    if (node.role === "dialog") node.ariaLabel = "Note";
    else one("main").append(node);
  }
}).observe(document.body, { childList: true });

// ---- Search: Material's dialog, for every keyboard and every ear ----

const search = one(".md-search"), toggle = one("#__search"), opener = one(".open-search");
search.ariaLabel = "Search";
one(".md-search-result__meta").setAttribute("role", "status");
opener.addEventListener("click", () => {
  if (!toggle.checked) toggle.click();
  one(".md-search__input").focus();
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape") setTimeout(() => opener.focus()); // not on a wide screen, where it is hidden
  if (!["Tab", "Shift"].includes(event.key)) return;
  event.stopPropagation(); // or Material closes the dialog before anybody reaches a result
  for (const stop of all(".md-search-result :is(a, summary)")) stop.tabIndex = 0;
});
search.addEventListener("focusout", ({ relatedTarget }) => {
  if (toggle.checked && relatedTarget && !search.contains(relatedTarget)) toggle.click();
});

// Material takes single letters for commands, which harms whoever speaks to a device (WCAG 2.1.4).
addEventListener("keydown", (event) => {
  if (event.key.length === 1 && !event.target.closest?.("input, textarea, select")) event.stopPropagation();
}, true);

// ---- Tables: one whose cells are stacked may be taken for none; its roles say what it is ----

const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader", td: "cell" };
for (const [selector, role] of Object.entries(roles)) {
  for (const element of all(selector, one("article"))) element.setAttribute("role", role);
}

// ---- Old addresses of what stands on another page now ----

function follow() {
  let wanted;
  try { wanted = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch {} // such as #100%
  const link = wanted?.matches(".moved") && one("a", wanted);
  if (link) location.replace(link.href);
}
addEventListener("hashchange", follow);
follow();

// ---- What the reader ticks and writes: kept on this device, shared by all pages, never sent ----

const fields = all(".task-list-item input, .own textarea");
if (fields.length) {
  const KEY = "neurolysis-guide:mine";
  let here = {}; // for as long as the page is open, where the browser keeps nothing
  let keeps = true;
  const read = () => kept.read(KEY) ?? here; // anew each time: another tab may have written since
  const write = (mine) => { here = mine; keeps = kept.write(KEY, mine); };
  // A field is known by its text. A citation in it is numbered anew when the page changes.
  const name = (field) => {
    const label = field.closest("label").cloneNode(true);
    for (const other of all("sup, textarea", label)) other.remove();
    return label.textContent.trim();
  };
  const value = (field) => field.type === "checkbox" ? field.checked : field.value;
  const keep = (field) => write({ ...read(), [name(field)]: value(field) });
  const show = () => {
    const mine = read();
    for (const field of fields) {
      if (field.type === "checkbox") field.checked = Boolean(mine[name(field)]);
      else field.value = mine[name(field)] ?? "";
    }
  };

  const button = (text, act) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };
  const print = (onlyMine) => () => {
    document.body.classList.toggle("only-mine", onlyMine);
    window.print();
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
  addEventListener("storage", show);
  addEventListener("pageshow", show);
  addEventListener("afterprint", () => document.body.classList.remove("only-mine"));
  // What was ticked or written before this script came is kept too.
  fields.filter((field) => value(field) && !(name(field) in read())).forEach(keep);
  show();

  const note = "This device keeps it until you delete it here. If others use the device, delete it when you are done.";
  fields.at(-1).closest(".own, ul").after(make("p", { class: "mine" },
    button("Print what I ticked and wrote", print(true)), button("Print the whole page", print(false)), remove, undo, said, make("span", {}, note)));
}

// ---- Two options to compare: the questions that both answer stand open, with their two rows alone ----

const frame = one(".compare");
if (frame) {
  const KEY = "neurolysis-guide:compared";
  const questions = all("details", frame).map((fold) => ({ fold, rows: all("tbody tr", fold) }));
  const options = questions[0].rows;
  const name = (row) => one("th", row).textContent.trim();
  const pick = (chosen) => {
    const select = make("select", {}, new Option("Choose an option", ""), ...options.map((row) => new Option(name(row), row.id)));
    select.value = options.some((row) => row.id === chosen) ? chosen : "";
    select.addEventListener("change", () => choose(false));
    return select;
  };
  const { first, second = "nothing-for-now", whole } = kept.read(KEY) ?? {};
  const left = pick(first), right = pick(second);
  const every = make("button", { type: "button" }), said = make("p", { role: "status" });
  every.addEventListener("click", () => choose(frame.matches(".pair")));

  function show(whole, led) {
    const two = Boolean(left.value && right.value), pair = two && !whole;
    const names = [left, right].map((select) => select.selectedOptions[0].text);
    frame.classList.toggle("pair", pair);
    for (const { fold, rows } of questions) {
      const shown = pair ? names.flatMap((wanted) => rows.filter((row) => name(row) === wanted)) : rows;
      for (const row of rows) row.hidden = !shown.includes(row);
      one("tbody", fold).append(...shown); // in the order of the two choices
      fold.hidden = shown.length < 2;
      fold.open = pair || fold.contains(led);
    }
    const asked = questions.filter(({ fold }) => !fold.hidden).length;
    said.textContent = pair ? `${asked} questions, asked of both:` : "";
    every.textContent = pair ? "Show all options" : "Show only these two";
    every.hidden = !two;
    // One of the two cannot be chosen again in the other.
    for (const option of left) option.disabled = option.value && option.value === right.value;
    for (const option of right) option.disabled = option.value && option.value === left.value;
  }
  function choose(whole) {
    show(whole);
    kept.write(KEY, { first: left.value, second: right.value, whole });
  }
  // An address may lead to a row that the two would hide.
  function led() {
    const row = questions.flatMap(({ rows }) => rows).find((row) => location.hash === `#${row.id}`);
    if (!row) return;
    show(true, row);
    row.scrollIntoView();
  }

  frame.before(make("div", { class: "choose" }, make("label", {}, "Compare", left), make("label", {}, "with", right), every), said);
  show(whole);
  addEventListener("hashchange", led);
  led();
}
