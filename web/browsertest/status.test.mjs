// The status page as those who run the server use it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, launch, open } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Begins a hold by the form. */
async function hold(page, what, reason) {
  await page.locator('#new-hold > summary').click();
  await page.getByLabel('what a search finds').check();
  await page.locator('#hold-what').fill(what);
  await page.locator('#hold-reason').fill(reason);
  await page.getByRole('button', { name: 'Begin the hold' }).click();
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`verify now compares, ${how}`, async (t) => {
    const page = await open(t, browser, '/status', { javaScriptEnabled });
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.waitForURL(/said=(verify|busy)/);
    await page.getByText('being compared').waitFor();
    for (let left = 100; ; left--) {
      if (/accounted for|could not be compared/.test(await page.locator('#coverage-report .verdict').innerText())) break;
      assert.ok(left > 0, 'the report comes');
      await page.waitForTimeout(200);
      if (!javaScriptEnabled) await page.reload();
    }
    await page.locator('#coverage-report summary').first().click();
    await page.getByText('The in-place archive cannot be reached by this API.').first().waitFor();
  });

  test(`a hold begins and ends, ${how}`, async (t) => {
    const page = await open(t, browser, '/status', { javaScriptEnabled });
    const reason = `Case ${how}`;
    await hold(page, 'subject:granite', reason);
    await page.waitForURL(/said=held/);
    const row = page.locator('#hold-list tr', { hasText: reason });
    await row.getByRole('button').click();
    await page.waitForURL(/said=released/);
    assert.equal(await row.count(), 0);
  });
}

test('what was typed survives the refresh, and a fault is told', async (t) => {
  const page = await open(t, browser, '/status', {}, /status of 400/);
  await page.locator('#new-hold > summary').click();
  await page.locator('#hold-what').fill('nobody@example.invalid');
  await page.locator('#hold-what').focus();
  const old = await page.locator('#problem-list .lead').elementHandle();
  await page.waitForResponse((r) => r.url().includes('/status'));
  await page.waitForResponse((r) => r.url().includes('/status'));
  assert.equal(await page.locator('#hold-what').inputValue(), 'nobody@example.invalid');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'hold-what', 'the field keeps the focus');
  assert.ok(await old.evaluate((e) => e.isConnected), 'what has not changed is not replaced');
  await page.locator('#hold-reason').fill('Case 19');
  const refused = page.waitForResponse((r) => r.request().method() === 'POST');
  await page.getByRole('button', { name: 'Begin the hold' }).click();
  assert.equal((await refused).status(), 400);
  await page.getByText('there is no mailbox').waitFor();
  assert.equal(await page.locator('#hold-reason').inputValue(), 'Case 19');
});

for (const [name, options] of Object.entries({
  wide: {}, narrow: { viewport: { width: 390, height: 844 } }, dark: { colorScheme: 'dark' }, light: { colorScheme: 'light' },
})) {
  test(`the status page is accessible, ${name}`, async (t) => {
    const page = await open(t, browser, '/status', options);
    for (const s of await page.locator('main summary').all()) await s.click();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= (options.viewport?.width ?? 1400), 'nothing sticks out');
    await accessible(page);
  });
}
