// Lets a browser judge HTML: each vector is shown as a page of its own that
// may run scripts and fetch, and whatever it does is written down.
//
//   node oracle.mjs BASE RAW CLEAN   RAW and CLEAN are numbers of vectors;
//                                    BASE/raw/N and BASE/clean/N show them
//
// Prints {"raw": {...}, "clean": {...}}: the vectors that ran a script, that
// asked for something, and that ran a script when their links were clicked.

import { launch } from './browser.mjs';

const [base, raw, clean] = process.argv.slice(2);
const settle = 100; // milliseconds that a vector has to show itself
const parallel = 4;

/** Shows the vectors of one kind, a few at a time. */
async function judge(kind, count) {
  const found = { fired: new Set(), asked: new Set(), clicked: new Set() };
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) {
      const viewer = await Viewer.open(found, n);
      await viewer.show(`${base}/${kind}/${n}`, kind === 'clean');
      await viewer.close();
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return Object.fromEntries(Object.entries(found).map(([what, set]) => [what, [...set].sort((a, b) => a - b)]));
}

/**
 * Shows one vector. Each has a viewer to itself: what a page does late, such as
 * following a link that was clicked, is then never taken for the next one's doing.
 */
class Viewer {
  static async open(found, n) {
    const viewer = new Viewer();
    viewer.found = found;
    viewer.n = n;
    viewer.clicking = false;
    viewer.context = await browser.newContext();
    await viewer.context.exposeBinding('vectorFired', () => viewer.ran());
    await viewer.context.addInitScript(() => {
      for (const name of ['alert', 'confirm', 'prompt', 'print']) {
        globalThis[name] = () => globalThis.vectorFired();
      }
    });
    await viewer.context.route('**', (route) => viewer.requested(route));
    viewer.page = await viewer.context.newPage();
    viewer.page.on('dialog', (d) => {
      viewer.ran();
      d.dismiss().catch(() => {});
    });
    viewer.context.on('page', (p) => p.close().catch(() => {}));
    return viewer;
  }

  ran() {
    (this.clicking ? this.found.clicked : this.found.fired).add(this.n);
  }

  requested(route) {
    if (route.request().url() === this.url) return route.continue();
    // A link that was clicked may lead away: that is what links are for.
    if (!this.clicking) this.found.asked.add(this.n);
    return route.abort();
  }

  async show(url, click) {
    this.url = url;
    try {
      await this.page.goto(url, { timeout: 10_000, waitUntil: 'load' });
    } catch {
      // A vector that leads the page elsewhere is stopped, and has been counted.
    }
    await this.page.waitForTimeout(settle);
    if (!click || (await this.page.locator('a').count()) === 0) return;
    this.clicking = true;
    await this.page
      .evaluate(() => {
        for (const a of document.querySelectorAll('a')) a.click();
      })
      .catch(() => {});
    await this.page.waitForTimeout(settle);
  }

  close() {
    return this.context.close();
  }
}

const browser = await launch();
const result = {
  raw: await judge('raw', Number(raw)),
  clean: await judge('clean', Number(clean)),
};
await browser.close();
process.stdout.write(JSON.stringify(result));
