// What a page does beyond HTML once a reader touches it. Each part works by itself, and the page reads without any.

// A note's text opens beside its number, so that nobody loses the place.
function notes() {
  const shown = make("div", { class: "meaning note", popover: "auto", role: "note", tabindex: "-1" });
  if (!shown.showPopover) return; // the link still leads to the note
  document.body.append(shown);
  let opener;
  shown.addEventListener("toggle", ({ newState }) => {
    const focus = document.activeElement;
    if (newState === "closed" && (shown.contains(focus) || focus === document.body)) opener.focus();
  });
  document.addEventListener("click", (event) => {
    const reference = event.target.closest?.("a.footnote-ref");
    const note = reference && target(reference.hash);
    if (!note || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const copy = note.cloneNode(true);
    for (const element of all(".footnote-backref, .meaning", copy)) element.remove();
    for (const element of all("[id]", copy)) element.removeAttribute("id");
    shown.replaceChildren(...copy.childNodes);
    opener = reference;
    reference.after(shown); // next to be read, and next to be reached with Tab
    shown.showPopover({ source: reference });
    shown.focus();
  });
}

// Each note leads back to where it is first cited. A heading tells its own address to who points at it:
// for the mouse alone, since the list of sections holds the same links.
function ways() {
  for (const note of all(".footnote li")) {
    const reference = one(`a.footnote-ref[href="#${note.id}"]`);
    reference.id ||= `${note.id}:cited`;
    note.append(" ", make("a", { class: "footnote-backref", href: `#${reference.id}`, title: "Back to the text" }, "↩"));
  }
  for (const heading of all("article h2[id]")) {
    heading.append(make("a", { class: "headerlink", hidden: "", href: `#${heading.id}`, "aria-hidden": "true", tabindex: "-1", title: "Link to this section" }, "#"));
  }
}

// A browser may take a table whose cells are stacked for no table; its roles say what it is. Whoever listens to a
// page scrolls it, and has this before any table. In the HTML itself these roles would be errors.
const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader", td: "cell" };
function tables() {
  for (const [selector, role] of Object.entries(roles)) {
    for (const element of all(selector, one("article"))) element.setAttribute("role", role);
  }
}

// On paper, nobody can press a link: its address stands at the end. It is the published one where
// that is known, and never tells where on somebody's device a copy lies.
function addresses() {
  const published = one("link[rel=canonical]");
  const root = published ? new URL("..", new URL(script.getAttribute("src"), published.href)).href : base.href.replace(/^file:.*\/(?=[^/]+\/$)/, "");
  const address = (link) => link.href.replace(base.href, root).replace(/(index\.html)?(#.*)?$/, "");
  const names = new Map(all("#menu a").map((link) => [address(link), link.textContent.trim()]));
  const linked = new Map();
  for (const link of all("article a[href]:not(.help a, .edit a)")) {
    if (link.href.startsWith(base.href) && link.pathname !== location.pathname)
      linked.set(address(link), names.get(address(link)) ?? link.textContent.split(",")[0].trim());
  }
  if (!linked.size) return;
  const list = make("ul");
  for (const [where, name] of linked) list.append(make("li", {}, `${name}: ${where}`));
  one("article").append(make("div", { class: "addresses", hidden: "" }, make("p", {}, "The pages that this page leads to:"), list));
}

// On paper everything stands open; a browser that can do that by style alone needs no help.
function open() {
  if (CSS.supports("selector(::details-content)")) return;
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const element of closed) element.open = true;
  });
  addEventListener("afterprint", () => { for (const element of closed) element.open = false; });
}

notes();
ways();
reveal();
addEventListener("hashchange", reveal);
addresses();
tables();
open();
