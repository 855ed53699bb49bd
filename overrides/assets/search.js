// The search: lunr over the index that the build writes. The words stay in this page.

{
  const field = one("#search input");
  const status = one("#search [role=status]");
  const list = one("#search .results");
  const everyday = (one("#search [data-everyday]").dataset.everyday || "").split("|").filter(Boolean)
    .map((pair) => pair.toLowerCase().split("=")); // what people say, and the medical word for it
  const MOST = 8;

  const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const plain = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent;

  const engine = () => new Promise((done, failed) => {
    const script = make("script", { src: new URL("assets/lunr.js", base) });
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });

  async function ready() {
    const [answer] = await Promise.all([fetch(new URL("search/search_index.json", base)), engine()]);
    const { docs } = await answer.json();
    const titles = new Map(docs.filter(({ location }) => !location.includes("#")).map((doc) => [doc.location, doc.title]));
    const index = lunr(function () {
      this.pipeline.remove(lunr.stopWordFilter); // a question such as "will it come back" is made of them
      this.b(0.3); // short sections should not always win
      this.ref("at");
      this.field("title", { boost: 4 });
      this.field("tags", { boost: 30 });
      this.field("page", { boost: 2 });
      this.field("text");
      docs.forEach((doc, at) => {
        const page = titles.get(doc.location.split("#")[0]) ?? "";
        const whole = !doc.location.includes("#"); // a page's questions stand for the page, not for each section
        this.add({ at, title: plain(doc.title), page: plain(page), text: plain(doc.text), tags: whole ? (doc.tags ?? []).join(" ") : "" }, { boost: doc.boost ?? 1 });
      });
    });
    return (asked) => {
      const said = ` ${words(asked).join(" ")} `;
      const meant = everyday.filter(([people]) => said.includes(` ${words(people).join(" ")} `)).flatMap(([, word]) => words(word));
      const fits = (word, options) => index.query((query) => query.term(word, options)).length > 0;
      const begun = { usePipeline: false, wildcard: lunr.Query.wildcard.TRAILING };
      const found = index.query((query) => {
        for (const word of words(asked)) {
          query.term(word, { boost: 4 });
          if (word.length > 3) query.term(word, { boost: 0.5, ...begun }); // it may still be typed
          // Only a word that stands nowhere can be a typing mistake.
          if (word.length > 4 && !fits(word, {}) && !fits(word, begun)) query.term(word, { boost: 1, editDistance: 2 });
        }
        for (const word of meant) query.term(word, { boost: 3 });
      });
      const pages = new Map(); // by page: its best section, and the sum of all that fit
      for (const { ref, score } of found) {
        const doc = docs[ref];
        const page = doc.location.split("#")[0];
        if (!pages.has(page)) pages.set(page, { doc, title: titles.get(page), score: 0, best: score });
        pages.get(page).score += score === pages.get(page).best ? score : score / 10;
      }
      return { results: [...pages.values()].sort((a, b) => b.score - a.score).slice(0, MOST), marks: [...words(asked), ...meant] };
    };
  }

  // The part of a text around the first word that was asked for, with all of them marked.
  function part(text, marks) {
    const found = marks.filter((word) => word.length > 3).map((word) => word.slice(0, Math.max(4, word.length - 2)));
    const pattern = found.length ? new RegExp(`\\b(?:${found.join("|")})\\p{L}*`, "giu") : /(?!)/g;
    const at = Math.max(0, text.search(pattern));
    const start = at < 60 ? 0 : text.indexOf(" ", at - 60) + 1;
    const cut = text.slice(start, start + 180);
    const children = [start ? "… " : ""];
    let from = 0;
    for (const match of cut.matchAll(pattern)) {
      children.push(cut.slice(from, match.index), make("mark", {}, match[0]));
      from = match.index + match[0].length;
    }
    return make("p", {}, ...children, cut.slice(from), start + 180 < text.length ? " …" : "");
  }

  function show(search, asked) {
    const { results, marks } = search(asked);
    list.replaceChildren(...results.map(({ doc, title }) => {
      const section = plain(doc.title);
      const link = make("a", { href: new URL(doc.location, base) }, plain(title));
      return make("li", {}, link, section === plain(title) ? "" : make("strong", {}, section), part(plain(doc.text), marks));
    }));
    const count = results.length;
    status.textContent = !asked.trim() ? "" : count ? `${count} ${count === 1 ? "page" : "pages"} found, the best first.`
      : "Nothing found. Try another word, or look at the medical words.";
  }

  field.disabled = false;
  status.textContent = "";
  let search;
  const run = async () => {
    try {
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
