// Reads message after message: whatever they hold, the page stays silent.
// MAILQUARRY_READ is how many are read (20 unless told).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hits, launch, open } from './browser.mjs';

const many = Number(process.env.MAILQUARRY_READ ?? 20);

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('reading mail runs nothing, fetches nothing and breaks no policy', async (t) => {
  const page = await open(t, browser, '/');
  await page.evaluate(() => document.activeElement.blur());
  let read = 0;
  let before = '';
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  while (read < many) {
    await page.waitForFunction((url) => location.pathname !== url && document.querySelector('#reader iframe'), before);
    before = new URL(page.url()).pathname;
    const id = before.split('/')[2];
    const frame = page.locator(`#reader iframe[src*="/${id}/html"]`);
    await frame.waitFor();
    await page.frameLocator(`#reader iframe[src*="/${id}/html"]`).locator('body').waitFor({ state: 'attached' });
    read++;
    if ((await hits(page).last().getAttribute('aria-current')) === 'true') {
      const more = page.locator('#more a[rel=next]');
      if ((await more.count()) === 0) break;
      const count = await hits(page).count();
      await more.click();
      // The first of the results that were added has the focus.
      await page.waitForFunction((n) => document.activeElement === document.querySelectorAll('#hits .hit a')[n], count);
      await page.keyboard.press('o');
    } else {
      await page.keyboard.press('j');
    }
  }
  assert.ok(read > 0);
  t.diagnostic(`${read} messages were read`);
});
