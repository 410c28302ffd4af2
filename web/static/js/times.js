// Times in the reader's own zone. The server writes them in its own.

const day = 24 * 3600 * 1000;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });
const full = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

/**
 * @param {Date} t
 * @param {Date} now
 * @returns {string} as short as it can be told
 */
export function relative(t, now) {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const at = t.getTime();
  if (at >= midnight && at < midnight + day) return clock.format(t);
  if (at >= midnight - 6 * day && at < midnight) return weekday.format(t).replace(',', '');
  if (t.getFullYear() === now.getFullYear()) return dayMonth.format(t);
  return dayMonthYear.format(t);
}

/** @param {ParentNode} root */
export function localiseTimes(root) {
  const now = new Date();
  for (const e of root.querySelectorAll('time[datetime]')) {
    const time = /** @type {HTMLTimeElement} */ (e);
    const t = new Date(time.dateTime);
    if (Number.isNaN(t.getTime())) continue;
    time.textContent = time.dataset.format === 'full' ? full.format(t) : relative(t, now);
    time.title = exact.format(t);
  }
}
