// Keys. They are off while typing, with a modifier, and when switched off.

import { byId } from './page.js';

/**
 * What the page at hand can do. `back` tells whether there was anything to go
 * back from.
 * @typedef {{ next?: () => void, previous?: () => void, open?: () => void, back?: () => boolean }} Actions
 */

const storageKey = 'mailquarry.keys';

/** @param {Actions} actions */
export function startKeys(actions) {
  /** @type {HTMLDialogElement} */
  const help = byId('keys');
  /** @type {HTMLInputElement} */
  const enabled = byId('keys-enabled');
  /** @type {HTMLInputElement} */
  const box = byId('q');
  enabled.checked = read() !== 'off';
  enabled.addEventListener('change', () => write(enabled.checked ? 'on' : 'off'));
  for (const b of document.querySelectorAll('[data-keys-help]')) {
    /** @type {HTMLElement} */ (b).hidden = false;
    b.addEventListener('click', () => help.showModal());
  }

  /** @type {Record<string, () => unknown>} */
  const keys = {
    '/': () => {
      box.focus();
      box.select();
    },
    '?': () => help.showModal(),
    j: () => actions.next?.(),
    k: () => actions.previous?.(),
    o: () => actions.open?.(),
    u: () => actions.back?.(),
  };

  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || help.open) return;
    if (e.key === 'Escape') {
      // In the box, the browser's own Escape empties it; a second one leaves.
      if (e.target === box) {
        if (box.value === '') box.blur();
      } else actions.back?.();
      return;
    }
    if (e.target === box && e.key === 'ArrowDown') {
      e.preventDefault();
      actions.next?.();
      return;
    }
    if (!enabled.checked || typing(e.target)) return;
    const act = keys[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  });
}

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
}

// A browser may forbid the storage; the keys then keep their default.

function read() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/** @param {string} value */
function write(value) {
  try {
    localStorage.setItem(storageKey, value);
  } catch {
    // Nothing to keep it in: it holds for this page.
  }
}
