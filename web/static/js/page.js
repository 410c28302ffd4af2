// Asks the server for one of its own pages, parsed.
//
// The server's templates are the only place that makes HTML. A request whose
// answer is a document needs no string to be turned into markup here, so the
// page can forbid that altogether (Trusted Types).

/**
 * A request under way. `abort` drops it: `done` is then rejected.
 * @typedef {{ done: Promise<Document>, abort: () => void }} Request
 */

/**
 * @param {string} url
 * @returns {Request}
 */
export function fetchPage(url) {
  const xhr = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    xhr.open('GET', url);
    xhr.responseType = 'document';
    xhr.timeout = 30_000;
    xhr.onabort = () => reject(new Error('The request was dropped.'));
    xhr.onload = () => {
      if (xhr.response) resolve(xhr.response);
      else reject(new Error('The server answered with something else than a page.'));
    };
    xhr.onerror = () => reject(new Error('The server cannot be reached.'));
    xhr.ontimeout = () => reject(new Error('The server takes too long to answer.'));
    xhr.send();
  });
  return { done, abort: () => xhr.abort() };
}

/**
 * Puts the content of the element with this id in place of the one shown, and
 * keeps the focus where it was when an element with the same data-key exists
 * again.
 * @param {Document} from
 * @param {string} id
 * @returns {boolean} whether both documents have the element
 */
export function replaceContent(from, id) {
  const old = document.getElementById(id);
  const fresh = from.getElementById(id);
  if (!old || !fresh) return false;
  const active = old.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const key = active?.dataset.key;
  const opened = new Map([...old.querySelectorAll('details[id]')].map((d) => [d.id, /** @type {HTMLDetailsElement} */ (d).open]));
  for (const d of fresh.querySelectorAll('details[id]')) {
    const was = opened.get(d.id);
    if (was !== undefined) /** @type {HTMLDetailsElement} */ (d).open = was;
  }
  // What has not changed stays: a button that is being pressed is not taken away.
  if (old.isEqualNode(fresh)) return true;
  old.replaceChildren(...[...fresh.childNodes].map((n) => document.adoptNode(n)));
  if (key !== undefined) {
    const again = [...old.querySelectorAll('[data-key]')].find((e) => /** @type {HTMLElement} */ (e).dataset.key === key);
    /** @type {HTMLElement | undefined} */ (again)?.focus({ preventScroll: true });
  }
  return true;
}

/**
 * @template {HTMLElement} E
 * @param {string} id
 * @returns {E}
 */
export function byId(id) {
  const e = document.getElementById(id);
  if (!e) throw new Error(`the page has no element "${id}"`);
  return /** @type {E} */ (e);
}
