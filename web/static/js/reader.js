// The reading pane: shows a message beside (or, on narrow screens, in place
// of) the results.

import { fetchPage } from './page.js';
import { localiseTimes } from './times.js';
import { expandTexts } from './message.js';

export class Reader {
  /**
   * @param {HTMLElement} pane
   * @param {HTMLElement} root the element that tells the style sheet whether a message is open
   */
  constructor(pane, root) {
    this.pane = pane;
    this.root = root;
    this.empty = [...pane.childNodes];
    this.title = document.title;
    /** @type {string | null} */
    this.url = null;
    /** @type {HTMLAnchorElement | null} */
    this.link = null;
    /** @type {import('./page.js').Request | null} */
    this.request = null;
  }

  /**
   * @param {string} url the message's own page
   * @param {HTMLAnchorElement} link the result it was opened from
   */
  async open(url, link) {
    if (!this.url) this.title = document.title;
    this.mark(link);
    this.url = url;
    this.request?.abort();
    const request = fetchPage(url);
    this.request = request;
    try {
      const page = await request.done;
      if (this.request !== request) return;
      this.show(page);
    } catch (err) {
      if (this.request !== request) return;
      const p = document.createElement('p');
      p.className = 'placeholder';
      p.setAttribute('role', 'alert');
      p.textContent = err instanceof Error ? err.message : String(err);
      this.pane.replaceChildren(p);
      this.root.classList.add('reading');
    }
  }

  /** @param {Document} page */
  show(page) {
    this.request = null;
    const message = page.getElementById('message') ?? page.getElementById('main');
    if (!message) return;
    const narrow = getComputedStyle(this.pane).display === 'none';
    this.pane.replaceChildren(document.adoptNode(message));
    this.root.classList.add('reading');
    this.pane.scrollTop = 0;
    localiseTimes(this.pane);
    expandTexts(this.pane);
    document.title = page.title;
    if (narrow) {
      scrollTo(0, 0);
      this.pane.focus({ preventScroll: true });
    }
  }

  close() {
    this.request?.abort();
    this.request = null;
    if (!this.url) return;
    this.url = null;
    this.mark(null);
    this.root.classList.remove('reading');
    this.pane.replaceChildren(...this.empty);
    document.title = this.title;
  }

  /** @param {HTMLAnchorElement | null} link */
  mark(link) {
    this.link?.closest('.hit')?.classList.remove('open');
    this.link?.removeAttribute('aria-current');
    this.link = link;
    link?.closest('.hit')?.classList.add('open', 'read');
    link?.setAttribute('aria-current', 'true');
  }
}
