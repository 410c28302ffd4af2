// Completes what is typed into the search box: a combobox with a list of suggestions
// (the pattern of ARIA 1.2). Without this the box is a plain one.

import { byId } from './page.js';

const pause = 90; // milliseconds without a key before asking
const asked = 8; // suggestions

/**
 * How the query may go on: text stands in the place of the bytes from `from` to `to`.
 * @typedef {{ kind: string, text: string, from: number, to: number, label: string, detail: string, count: number }} Suggestion
 */

/** What is said of a suggestion beside its label. @type {Record<string, string>} */
const kinds = { person: 'Person', domain: 'Domain', folder: 'Folder', mailbox: 'Mailbox', subject: 'Subject', search: 'Saved search' };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The letters of a text before a byte, as the browser counts them.
 * @param {string} text
 * @param {number} byte
 */
function lettersBefore(text, byte) {
  return decoder.decode(encoder.encode(text).subarray(0, byte)).length;
}

class Completion {
  constructor() {
    /** @type {HTMLInputElement} */
    this.input = byId('q');
    this.list = document.createElement('ul');
    /** @type {Suggestion[]} */
    this.shown = [];
    this.text = ''; // that they belong to
    this.active = -1;
    /** @type {AbortController | null} */
    this.request = null;
    /** @type {number | undefined} */
    this.timer = undefined;
    this.build();
    this.listen();
  }

  build() {
    this.list.id = 'suggestions';
    this.list.className = 'suggestions';
    this.list.hidden = true;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', 'Suggestions');
    byId('search-form').append(this.list);
    this.input.setAttribute('role', 'combobox');
    this.input.setAttribute('aria-autocomplete', 'list');
    this.input.setAttribute('aria-controls', this.list.id);
    this.input.setAttribute('aria-expanded', 'false');
  }

  listen() {
    this.input.addEventListener('input', (e) => {
      this.close();
      if (!(/** @type {InputEvent} */ (e).isComposing)) this.askSoon();
    });
    this.input.addEventListener('compositionend', () => this.askSoon());
    this.input.addEventListener('keydown', (e) => this.pressed(e));
    this.input.addEventListener('click', () => this.close());
    this.input.addEventListener('blur', () => this.close());
    byId('search-form').addEventListener('submit', () => this.close());
    // A press of the mouse must not take the focus out of the box.
    this.list.addEventListener('pointerdown', (e) => e.preventDefault());
    this.list.addEventListener('mousedown', (e) => e.preventDefault());
    this.list.addEventListener('click', (e) => {
      const option = /** @type {Element} */ (e.target).closest('[role="option"]');
      if (option) this.accept([...this.list.children].indexOf(option));
    });
  }

  /** @param {KeyboardEvent} e */
  pressed(e) {
    if (e.isComposing || e.ctrlKey || e.metaKey) return;
    if (this.list.hidden) {
      if (e.key === 'ArrowDown' && e.altKey) {
        e.preventDefault();
        this.ask();
      }
      return;
    }
    const last = this.shown.length - 1;
    switch (e.key) {
      case 'ArrowDown':
        this.choose(this.active === last ? -1 : this.active + 1);
        break;
      case 'ArrowUp':
        this.choose(this.active === -1 ? last : this.active - 1);
        break;
      case 'Escape':
        this.close();
        break;
      case 'Enter':
      case 'Tab':
        if (this.active < 0 || e.shiftKey) {
          this.close(); // Enter searches, Tab goes on
          return;
        }
        this.accept(this.active);
        break;
      default:
        return;
    }
    // The page's own keys would move among the results, the browser's Escape empty the box.
    e.preventDefault();
    e.stopPropagation();
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), pause);
  }

  async ask() {
    this.drop();
    const text = this.input.value;
    const caret = this.input.selectionEnd ?? text.length;
    if (text.trim() === '' || document.activeElement !== this.input) return;
    const request = new AbortController();
    this.request = request;
    const params = new URLSearchParams({ q: text, at: String(encoder.encode(text.slice(0, caret)).length), limit: String(asked) });
    try {
      const response = await fetch(`/api/v1/complete?${params}`, { signal: request.signal, headers: { Accept: 'application/json' } });
      const answer = response.ok ? await response.json() : { suggestions: [] };
      if (this.request !== request) return; // a newer question was asked
      this.request = null;
      if (this.input.value === text && this.input.selectionEnd === caret) this.show(text, answer.suggestions);
    } catch {
      // Nothing is suggested; the box works as it is.
      if (this.request === request) this.request = null;
    }
  }

  /** Forgets the question under way. */
  drop() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
  }

  /**
   * @param {string} text
   * @param {Suggestion[]} suggestions
   */
  show(text, suggestions) {
    // What stands there already needs no suggestion.
    this.shown = suggestions.filter((s) => applied(text, s).text !== text);
    this.text = text;
    this.list.replaceChildren(...this.shown.map(option));
    this.list.hidden = this.shown.length === 0;
    this.list.scrollTop = 0;
    this.input.setAttribute('aria-expanded', String(!this.list.hidden));
    this.choose(-1);
  }

  close() {
    this.drop();
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.choose(-1);
  }

  /**
   * Marks a suggestion, -1 for none.
   * @param {number} at
   */
  choose(at) {
    this.active = at;
    [...this.list.children].forEach((li, i) => li.setAttribute('aria-selected', String(i === at)));
    const li = this.list.children[at];
    if (!li) {
      this.input.removeAttribute('aria-activedescendant');
      return;
    }
    this.input.setAttribute('aria-activedescendant', li.id);
    li.scrollIntoView({ block: 'nearest' });
  }

  /**
   * Writes a suggestion into the box. What is searched follows as if it was typed, and
   * so do suggestions for the value of a field.
   * @param {number} at
   */
  accept(at) {
    const s = this.shown[at];
    if (!s || this.input.value !== this.text) return;
    const { text, caret } = applied(this.text, s);
    this.close();
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.input.focus();
    this.input.dispatchEvent(new Event('input', { bubbles: true }));
    if (s.kind !== 'operator') this.drop();
  }
}

/**
 * The query with a suggestion in it, and where the caret stands then: behind a blank,
 * but for an operator, whose value comes next.
 * @param {string} text
 * @param {Suggestion} s
 */
function applied(text, s) {
  const before = text.slice(0, lettersBefore(text, s.from)) + s.text;
  let after = text.slice(lettersBefore(text, s.to));
  let caret = before.length;
  if (s.kind !== 'operator') {
    if (after === '') after = ' ';
    if (after.startsWith(' ')) caret++;
  }
  return { text: before + after, caret };
}

/**
 * @param {Suggestion} s
 * @param {number} at
 */
function option(s, at) {
  const li = document.createElement('li');
  li.id = `suggestion-${at}`;
  li.setAttribute('role', 'option');
  li.setAttribute('aria-selected', 'false');
  li.dataset.kind = s.kind;
  li.append(part('label', s.label));
  if (s.detail !== '' && s.detail !== s.label) li.append(part('detail', s.detail));
  const about = [kinds[s.kind] ?? '', s.count > 0 ? s.count.toLocaleString('en') : ''].filter((t) => t !== '').join(' · ');
  if (about !== '') li.append(part('about', about));
  return li;
}

/**
 * @param {string} name
 * @param {string} text
 */
function part(name, text) {
  const span = document.createElement('span');
  span.className = name;
  span.dir = 'auto';
  span.textContent = text;
  return span;
}

export function startCompletion() {
  new Completion();
}
