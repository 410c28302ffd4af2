// A message on its own page, and what it shares with the reading pane.

import { fetchPage } from './page.js';

/**
 * Makes the links to an attachment's extracted text show it in place.
 * @param {HTMLElement} root
 */
export function expandTexts(root) {
  for (const link of root.querySelectorAll('a.extracted-link')) {
    link.setAttribute('role', 'button');
    link.setAttribute('aria-expanded', 'false');
    link.addEventListener('click', (e) => {
      const click = /** @type {MouseEvent} */ (e);
      if (click.ctrlKey || click.metaKey || click.shiftKey) return;
      e.preventDefault();
      toggle(/** @type {HTMLAnchorElement} */ (link));
    });
    link.addEventListener('keydown', (e) => {
      if (/** @type {KeyboardEvent} */ (e).key !== ' ') return;
      e.preventDefault();
      toggle(/** @type {HTMLAnchorElement} */ (link));
    });
  }
}

/** @param {HTMLAnchorElement} link */
async function toggle(link) {
  const card = link.closest('.attachment');
  if (!card) return;
  const shown = card.querySelector('.extracted');
  card.classList.toggle('wide', !shown);
  link.setAttribute('aria-expanded', String(!shown));
  if (shown) {
    shown.remove();
    return;
  }
  const text = document.createElement('pre');
  text.className = 'extracted';
  text.dir = 'auto';
  text.tabIndex = 0;
  text.textContent = 'Loading…';
  card.append(text);
  try {
    const page = await fetchPage(link.href).done;
    text.textContent = page.querySelector('.extracted')?.textContent || 'No text was found in this attachment.';
  } catch (err) {
    text.textContent = err instanceof Error ? err.message : String(err);
  }
}

/** @returns {import('./keys.js').Actions} */
export function startMessage() {
  expandTexts(document.body);
  // A history entry of the search page may lead here and back after a reload.
  addEventListener('popstate', () => location.reload());
  return {
    back: () => {
      const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector('a.back'));
      link?.click();
      return Boolean(link);
    },
  };
}
