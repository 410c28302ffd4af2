// The status page, kept fresh.

import { fetchPage, replaceContent } from './page.js';
import { localiseTimes } from './times.js';

const every = 2000; // milliseconds

/** @returns {import('./keys.js').Actions} */
export function startStatus() {
  const look = async () => {
    if (!document.hidden) {
      try {
        const page = await fetchPage(location.href).done;
        replaceContent(page, 'status');
        localiseTimes(document.body);
        document.getElementById('offline')?.setAttribute('hidden', '');
      } catch {
        document.getElementById('offline')?.removeAttribute('hidden');
      }
    }
    setTimeout(look, every);
  };
  setTimeout(look, every);
  return {};
}
