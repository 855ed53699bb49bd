// The search: lunr over the index that the build writes. The words stay in this page.

{
  const frame = one("[data-search]");
  const field = one("input", frame);
  const status = one("[role=status]", frame);
  const list = one(".results", frame);
  const everyday = JSON.parse(frame.dataset.search); // what people say, and the medical word for it
  const MOST = 8; // results
  const SHORTEST = 5; // letters of a word that may be mistyped
  const FILLER = 0.4; // what a word such as "it" counts for: little, but "will it come back" is made of them
  const FAR = 5; // a result this many times worse than the best helps nobody

  const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const plain = (html) => {
    const body = new DOMParser().parseFromString(html, "text/html").body; // nothing in it runs or loads
    for (const block of all("p, li, td, th, tr, h3", body)) block.append(" ");
    return body.textContent.replace(/\s+/g, " ").trim();
  };

  const loaded = (path) => new Promise((done, failed) => {
    const script = make("script", { src: new URL(path, base) });
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });

  async function ready() {
    await Promise.all(["search/search_index.js", "assets/lunr.js"].map(loaded));
    const { docs } = searchIndex;
    const titles = new Map(docs.filter(({ location }) => !location.includes("#")).map((doc) => [doc.location, doc.title]));
    const index = lunr(function () {
      this.pipeline.remove(lunr.stopWordFilter); // a question such as "will it come back" is made of them
      this.b(0.3); // short sections should not always win
      this.ref("at");
      this.field("title", { boost: 4 });
      this.field("answers", { boost: 30 });
      this.field("rows", { boost: 4 });
      this.field("page", { boost: 2 });
      this.field("text");
      docs.forEach((doc, at) => {
        const page = titles.get(doc.location.split("#")[0]) ?? "";
        // What a page answers and lists stands for the page, not for each of its sections.
        const tags = doc.location.includes("#") ? [] : doc.tags ?? [];
        const [answers, rows] = [true, false].map((asks) => tags.filter((tag) => tag.endsWith("?") === asks).join(" "));
        this.add({ at, title: plain(doc.title), page: plain(page), text: plain(doc.text), answers, rows }, { boost: doc.boost ?? 1 });
      });
    });
    // What people say is searched too, so that an ending or a typing mistake does not matter.
    const sayings = lunr(function () {
      this.pipeline.remove(lunr.stopWordFilter);
      this.ref("at");
      this.field("said");
      everyday.forEach(([said], at) => this.add({ at, said }));
    });
    const stems = (text) => new Set(words(text).map((word) => lunr.stemmer(new lunr.Token(word)).toString()));

    // A word that stands nowhere may be a typing mistake: a small one in a short word, a larger one in a long one.
    const ask = (query, known, word, boost) => {
      if (known(word)) query.term(word, { boost });
      else if (word.length >= SHORTEST) query.term(word, { boost: boost / 4, ...mistyped(word) });
    };
    const mistyped = (word) => ({ editDistance: word.length > 7 ? 2 : 1 });
    const near = (where, word) => any(where, word) || (word.length >= SHORTEST && any(where, word, mistyped(word)));
    const begun = (word) => ({ usePipeline: false, wildcard: lunr.Query.wildcard.TRAILING, boost: 0.5, term: word });
    const any = (where, word, options = {}) => where.query((query) => query.term(word, options)).length > 0;
    const knows = (where) => (word) => any(where, word);

    return (asked) => {
      const said = words(asked);
      const meant = sayings.query((query) => said.forEach((word) => ask(query, knows(sayings), word, 1)))
        .filter(({ ref, matchData }) => Object.keys(matchData.metadata).length >= stems(everyday[ref][0]).size)
        .flatMap(({ ref }) => words(everyday[ref][1]));
      const found = !said.length ? [] : index.query((query) => {
        for (const word of said) {
          ask(query, knows(index), word, lunr.stopWordFilter(new lunr.Token(word)) ? 4 : FILLER);
          if (word.length > 3) query.term(word, begun(word)); // it may still be typed
        }
        for (const word of meant) query.term(word, { boost: 6 });
      });
      const strange = said.filter((word) => word.length > 3 && !near(index, word) && !near(sayings, word) && !any(index, word, begun(word)));
      const pages = new Map(); // by page: its best section, and the sum of all that fit
      for (const { ref, score } of found) {
        const doc = docs[ref];
        const page = doc.location.split("#")[0];
        if (!pages.has(page)) pages.set(page, { doc, title: titles.get(page), score: 0, best: score });
        pages.get(page).score += score === pages.get(page).best ? score : score / 10;
      }
      const sorted = [...pages.values()].sort((a, b) => b.score - a.score);
      const results = sorted.filter(({ score }) => score > sorted[0].score / FAR).slice(0, MOST);
      return { results, marks: [...said, ...meant], strange };
    };
  }

  // The part of a text around the first word that was asked for, with all of them marked.
  function part(text, marks) {
    const found = marks.filter((word) => word.length > 3).map((word) => word.slice(0, Math.max(4, word.length - 2)));
    const pattern = found.length ? new RegExp(`\\b(?:${found.join("|")})\\p{L}*`, "giu") : /(?!)/g;
    const at = Math.max(0, text.search(pattern));
    const start = at < 60 ? 0 : text.indexOf(" ", at - 60) + 1;
    const end = start + 180 < text.length ? text.lastIndexOf(" ", start + 180) : text.length;
    const cut = text.slice(start, end);
    const children = [start ? "… " : ""];
    let from = 0;
    for (const match of cut.matchAll(pattern)) {
      children.push(cut.slice(from, match.index), make("mark", {}, match[0]));
      from = match.index + match[0].length;
    }
    return make("p", {}, ...children, cut.slice(from), end < text.length ? " …" : "");
  }

  function show(search, asked) {
    const { results, marks, strange } = search(asked);
    list.replaceChildren(...results.map(({ doc, title }) => {
      const section = plain(doc.title);
      const link = make("a", { href: new URL(doc.location, base) }, plain(title));
      return make("li", {}, link, section === plain(title) ? "" : make("strong", {}, section), part(plain(doc.text), marks));
    }));
    const unknown = strange.length ? `This guide does not use the word “${strange.join("”, “")}”. That says nothing about you: ask your team. ` : "";
    const count = results.length;
    // Whoever comes back finds the same again. A fragment is not sent to the server.
    history.replaceState(null, "", asked.trim() ? `#${new URLSearchParams({ q: asked })}` : location.pathname);
    status.textContent = !asked.trim() ? "" : count ? `${unknown}${count === 1 ? "The one page that fits best." : `The ${count} pages that fit best.`}`
      : `${unknown}Nothing found. Try another word, or look at the medical words.`;
  }

  field.disabled = false;
  status.textContent = "";
  let search;
  const run = async () => {
    try {
      if (!status.textContent) status.textContent = "Searching …";
      search ??= ready();
      show(await search, field.value);
    } catch {
      search = undefined;
      status.textContent = "The search could not be loaded. Please try again, or use the menu.";
    }
  };
  field.addEventListener("input", run);
  field.addEventListener("focus", () => { search ??= ready(); }, { once: true });
  const asked = new URLSearchParams(location.hash.slice(1)).get("q");
  if (asked) {
    field.value = asked;
    run();
  }
}
