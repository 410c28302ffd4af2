// The status page, kept fresh.

import { fetchPage, replaceContent } from './page.js';
import { localiseTimes } from './times.js';

const every = 2000; // milliseconds
const share = 10; // at most one part in so many of the server's time goes to this page

/** @returns {import('./keys.js').Actions} */
export function startStatus() {
  const look = async () => {
    const began = performance.now();
    if (!document.hidden) {
      try {
        const page = await fetchPage(location.href).done;
        localiseTimes(page);
        for (const part of document.querySelectorAll('[data-fresh]')) replaceContent(page, part.id);
        document.getElementById('offline')?.setAttribute('hidden', '');
      } catch {
        document.getElementById('offline')?.removeAttribute('hidden');
      }
    }
    setTimeout(look, Math.max(every, share * (performance.now() - began)));
  };
  setTimeout(look, every);
  return {};
}
