// The search page: results while typing, filters without a reload, history.

import { byId, fetchPage, replaceContent } from './page.js';
import { localiseTimes } from './times.js';
import { Reader } from './reader.js';

const typingPause = 150; // milliseconds without a key before asking
const busyAfter = 250; // milliseconds before the list is dimmed
const shortest = 2; // characters that are worth asking for
const noticeEvery = 5000; // milliseconds between looks at a sync that still runs

/** The parts of the page that an answer replaces. */
const regions = ['notice', 'summary', 'sort', 'views', 'chips', 'hits', 'more', 'facets', 'form-state'];

class Search {
  constructor() {
    this.root = byId('search');
    /** @type {HTMLFormElement} */
    this.form = byId('search-form');
    /** @type {HTMLInputElement} */
    this.input = byId('q');
    this.reader = new Reader(byId('reader'), this.root);
    this.shown = here(); // the search whose results are on the page
    /** @type {import('./page.js').Request | null} */
    this.request = null;
    /** @type {number | undefined} */
    this.pause = undefined;
    this.typing = false; // the newest history entry was made by typing
    this.listen();
    this.openFilters();
    this.watchSync();
  }

  listen() {
    this.input.addEventListener('input', () => this.typed());
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      this.submit();
    });
    this.root.addEventListener('click', (e) => this.clicked(e));
    addEventListener('popstate', () => this.travelled());
  }

  /** On wide screens there is room for the filters, on narrow ones they wait behind a button. */
  openFilters() {
    const narrow = matchMedia('(max-width: 1099px)');
    const follow = () => {
      /** @type {HTMLDetailsElement} */ (byId('filters')).open = !narrow.matches;
    };
    narrow.addEventListener('change', follow);
    follow();
  }

  typed() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      const text = this.input.value.trim();
      if (text.length === 0 || [...text].length >= shortest || wide(text)) this.ask();
      else this.drop();
    }, typingPause);
  }

  ask() {
    const url = this.formUrl();
    if (url === this.shown) {
      this.drop();
      return;
    }
    const mode = this.typing ? 'replace' : 'push';
    this.typing = true;
    this.load(url, mode);
  }

  /** Forgets the question under way: its answer is no longer wanted. */
  drop() {
    this.request?.abort();
    this.request = null;
  }

  submit() {
    clearTimeout(this.pause);
    this.typing = false;
    const url = this.formUrl();
    if (url === this.shown && !this.request) this.hits()[0]?.focus();
    else this.load(url, 'push').then((ok) => ok && this.hits()[0]?.focus());
  }

  /** The address of what the form asks for. */
  formUrl() {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (value !== '') params.append(name, String(value).trim());
    }
    const query = params.toString();
    return query ? `/?${query}` : '/';
  }

  /** @param {MouseEvent} e */
  clicked(e) {
    if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || e.defaultPrevented) return;
    const link = /** @type {Element} */ (e.target).closest('a');
    if (!link || link.target || link.origin !== location.origin || link.hasAttribute('download')) return;
    if (link.matches('.hit a[href^="/message/"]')) {
      e.preventDefault();
      this.open(link);
    } else if (link.matches('.back')) {
      e.preventDefault();
      this.back();
    } else if (link.matches('#more a[rel="next"]')) {
      e.preventDefault();
      this.append(link);
    } else if (link.pathname === '/') {
      e.preventDefault();
      this.typing = false;
      this.load(link.pathname + link.search, 'push', true);
    }
  }

  /**
   * Shows the results of a search.
   * @param {string} url
   * @param {'push' | 'replace' | 'none'} history
   * @param {boolean} [takeText] the text of the box comes from the answer
   * @returns {Promise<boolean>} whether they are shown
   */
  async load(url, history, takeText = false) {
    this.drop();
    const request = fetchPage(url);
    this.request = request;
    const busy = setTimeout(() => this.root.classList.add('busy'), busyAfter);
    try {
      const page = await request.done;
      if (this.request !== request) return false; // a newer question was asked
      this.request = null;
      this.show(page, url, history, takeText);
      return true;
    } catch (err) {
      if (this.request === request) {
        this.request = null;
        this.complain(err instanceof Error ? err.message : String(err));
      }
      return false;
    } finally {
      clearTimeout(busy);
      if (this.request === null) this.root.classList.remove('busy');
    }
  }

  /**
   * @param {Document} page
   * @param {string} url
   * @param {'push' | 'replace' | 'none'} mode
   * @param {boolean} takeText
   */
  show(page, url, mode, takeText) {
    if (!page.getElementById('hits')) {
      this.complain(page.querySelector('h1')?.textContent?.trim() ?? 'The server could not answer.');
      return;
    }
    if (takeText) {
      const text = /** @type {HTMLInputElement | null} */ (page.getElementById('q'))?.value ?? '';
      if (text !== this.input.value) this.input.value = text;
    }
    for (const id of regions) replaceContent(page, id);
    localiseTimes(this.root);
    document.title = page.title;
    this.reader.close();
    this.shown = url;
    if (mode === 'push') window.history.pushState(null, '', url);
    else if (mode === 'replace') window.history.replaceState(null, '', url);
    byId('results').scrollTop = 0;
  }

  /** @param {string} message */
  complain(message) {
    byId('summary').textContent = message;
  }

  /**
   * Adds the next page's results below those shown.
   * @param {HTMLAnchorElement} link
   */
  async append(link) {
    const request = fetchPage(link.href);
    const shown = this.shown;
    try {
      const page = await request.done;
      const items = [...(page.getElementById('hits')?.children ?? [])];
      if (this.shown !== shown || !link.isConnected) return;
      byId('hits').append(...items.map((n) => document.adoptNode(n)));
      replaceContent(page, 'more');
      localiseTimes(this.root);
      /** @type {HTMLElement | null | undefined} */ (items[0]?.querySelector('a'))?.focus();
    } catch (err) {
      this.complain(err instanceof Error ? err.message : String(err));
    }
  }

  /** @returns {HTMLAnchorElement[]} the links of the results */
  hits() {
    return [...byId('hits').querySelectorAll('h2 a')];
  }

  /** @param {HTMLAnchorElement} link */
  open(link) {
    clearTimeout(this.pause);
    this.drop();
    this.typing = false;
    const url = link.pathname + link.search;
    if (this.reader.url === url) return;
    if (this.reader.url) window.history.replaceState({ inPage: true }, '', url);
    else window.history.pushState({ inPage: true }, '', url);
    this.reader.open(url, link);
  }

  back() {
    if (!this.reader.url) return false;
    // The entry below was made by this page: going back keeps the history as
    // people expect it.
    if (window.history.state?.inPage) window.history.back();
    else this.closeReader();
    return true;
  }

  closeReader() {
    const link = this.reader.link;
    this.reader.close();
    if (link?.isConnected) link.focus();
    else this.input.focus();
  }

  travelled() {
    this.typing = false;
    if (location.pathname === '/') {
      if (this.reader.url) this.closeReader();
      const url = here();
      if (url !== this.shown) this.load(url, 'none', true);
      return;
    }
    const link = this.hits().find((a) => a.pathname === location.pathname);
    if (link) this.reader.open(location.pathname + location.search, link);
    else location.reload();
  }

  /** @param {number} step */
  move(step) {
    const links = this.hits();
    const active = /** @type {HTMLAnchorElement} */ (document.activeElement);
    let at = links.indexOf(active);
    if (at < 0 && this.reader.link) at = links.indexOf(this.reader.link);
    const next = links[at < 0 ? 0 : at + step];
    if (!next) return;
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
    if (this.reader.url) this.open(next);
  }

  openFocused() {
    const active = /** @type {HTMLAnchorElement} */ (document.activeElement);
    if (active?.matches?.('.hit a[href^="/message/"]')) this.open(active);
    else if (this.hits()[0] && !this.reader.url) this.hits()[0].focus();
  }

  /** While a sync runs, its notice is kept fresh, and a search that found nothing yet is asked again. */
  watchSync() {
    setInterval(async () => {
      if (document.hidden || this.request || !document.querySelector('#notice [data-sync]')) return;
      const shown = this.shown;
      try {
        const page = await fetchPage(shown).done;
        if (this.shown !== shown || this.request) return;
        if (this.hits().length === 0 && page.querySelector('#hits a')) this.show(page, shown, 'none', false);
        else replaceContent(page, 'notice');
      } catch {
        // The next look tells; a notice that is late is no reason to disturb.
      }
    }, noticeEvery);
  }
}

/** The address of the search shown, as the form would write it. */
function here() {
  return location.pathname + location.search;
}

/**
 * Tells whether a text has letters that are words by themselves (Chinese,
 * Japanese, Korean).
 * @param {string} text
 */
function wide(text) {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text);
}

/** @returns {import('./keys.js').Actions} */
export function startSearch() {
  const search = new Search();
  return {
    next: () => search.move(1),
    previous: () => search.move(-1),
    open: () => search.openFocused(),
    back: () => search.back(),
  };
}
