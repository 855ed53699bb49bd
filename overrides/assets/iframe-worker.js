// Lets the search work in a copy that is opened from a folder: no browser starts a worker from a file. Whoever asks for
// one gets a hidden frame that runs the same script. Material's search knows such a frame by the name IFrameWorker, and
// its offline plugin would fetch one from another host if no script of this name were listed.
if (location.protocol === "file:") {
  globalThis.Worker = globalThis.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.srcdoc = "<!doctype html><title>Search</title>";
      this.inside = new Promise((resolve) => {
        frame.addEventListener("load", async () => {
          const inside = frame.contentWindow;
          const run = (src) => new Promise((done, failed) => {
            const script = inside.document.createElement("script");
            Object.assign(script, { src, onload: done, onerror: failed });
            inside.document.head.append(script);
          });
          inside.importScripts = (...urls) => Promise.all(urls.map(run));
          inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
          await run(new URL(url, location));
          resolve(inside);
        }, { once: true });
      });
      document.body.append(frame);
    }

    async postMessage(data) {
      (await this.inside).dispatchEvent(new MessageEvent("message", { data }));
    }
  };
}
