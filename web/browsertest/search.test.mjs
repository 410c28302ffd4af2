// The search page as people use it, with and without scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, frameText, hits, launch, open, readable, someWord } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const reader = (page) => page.locator('#reader #message');

/** Types into the box and waits for the answer to that text. */
async function type(page, text) {
  await page.locator('#q').fill(text);
  await page.waitForFunction((q) => new URL(location.href).searchParams.get('q') === q, text);
}

test('results come while typing and the address follows', async (t) => {
  const page = await open(t, browser, '/');
  const word = await someWord(page);
  await page.locator('#q').pressSequentially(word, { delay: 20 });
  await page.waitForFunction((q) => new URL(location.href).searchParams.get('q') === q, word);
  assert.ok((await hits(page).count()) > 0);
  assert.match(await page.locator('#hits .hit').first().innerHTML(), /<mark>/);
  assert.match(await page.locator('#summary').innerText(), /message/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'q', 'the box keeps the focus');
  assert.equal(await page.locator('#q').inputValue(), word, 'what was typed stays');
});

test('the back button undoes a search', async (t) => {
  const page = await open(t, browser, '/');
  const word = await someWord(page);
  await type(page, word);
  await page.goBack();
  await page.waitForFunction(() => location.search === '');
  await page.waitForFunction(() => document.querySelector('#q').value === '');
  await page.goForward();
  await page.waitForFunction((q) => document.querySelector('#q').value === q, word);
});

test('one character asks nothing, and no answer overtakes a newer question', async (t) => {
  const page = await open(t, browser, '/');
  const word = await someWord(page);
  const asked = [];
  // The first question is held back until the second has been answered.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/\?q=/, async (route) => {
    const q = new URL(route.request().url()).searchParams.get('q');
    asked.push(q);
    if (q === word.slice(0, 2)) await held;
    await route.continue().catch(() => {});
  });
  await page.locator('#q').fill(word[0]);
  await page.waitForTimeout(400);
  assert.deepEqual(asked, []);
  await page.locator('#q').fill(word.slice(0, 2));
  await page.waitForRequest(/\/\?q=/);
  await type(page, word);
  const shown = await page.locator('#summary').innerText();
  release();
  await page.waitForTimeout(300);
  assert.equal(await page.locator('#summary').innerText(), shown);
  assert.equal(new URL(page.url()).searchParams.get('q'), word);
});

test('a message is read beside the results', async (t) => {
  const page = await open(t, browser, '/');
  const subject = (await hits(page).first().innerText()).trim();
  await hits(page).first().click();
  await reader(page).waitFor();
  assert.equal((await reader(page).locator('.subject').innerText()).trim(), subject);
  assert.match(page.url(), /\/message\//);
  assert.ok(await hits(page).first().isVisible(), 'the results stay');
  await page.reload();
  assert.equal((await page.locator('h1.subject').innerText()).trim(), subject, 'the address of a message is its own page');
  await page.locator('a.back').click();
  await hits(page).first().waitFor();
  await hits(page).first().click();
  await reader(page).waitFor();
  await page.reload();
  await page.goBack();
  await page.waitForURL((url) => url.pathname === '/');
  await hits(page).first().waitFor();
});

test('an attachment shows the text that was found in it', async (t) => {
  const page = await open(t, browser, '/?q=' + encodeURIComponent('filename:pdf'));
  if ((await hits(page).count()) === 0) return t.skip('there is no PDF in this mail');
  await hits(page).first().click();
  await reader(page).waitFor();
  const link = reader(page).locator('.extracted-link').first();
  await link.click();
  await page.waitForFunction(() => document.querySelector('#reader .extracted')?.textContent.length > 20);
  assert.equal(await link.getAttribute('aria-expanded'), 'true');
  await link.press('Enter');
  await reader(page).locator('.extracted').waitFor({ state: 'detached' });
  const response = await page.request.get(new URL(await reader(page).locator('a[download]').first().getAttribute('href'), page.url()).href);
  assert.match(response.headers()['content-disposition'], /^attachment/);
});

test('the text of a message is in a frame that can do nothing', async (t) => {
  const page = await open(t, browser, '/');
  await readable(page).click();
  const frame = reader(page).locator('iframe');
  await frame.waitFor();
  const sandbox = (await frame.getAttribute('sandbox')).split(' ');
  assert.ok(!sandbox.includes('allow-scripts') && !sandbox.includes('allow-same-origin'));
  assert.notEqual(await frameText(page, '#reader iframe'), '');
  const response = await page.request.get(new URL(await frame.getAttribute('src'), page.url()).href);
  assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
  assert.match(response.headers()['content-security-policy'], /sandbox/);
});

test('keys move, open, go back and lead to the box', async (t) => {
  const page = await open(t, browser, '/');
  await page.evaluate(() => document.activeElement.blur());
  const active = () => page.evaluate(() => document.activeElement.dataset?.key ?? document.activeElement.id);
  const keys = await hits(page).evaluateAll((links) => links.map((a) => a.dataset.key));
  await page.keyboard.press('j');
  assert.equal(await active(), keys[0]);
  await page.keyboard.press('j');
  assert.equal(await active(), keys[1]);
  await page.keyboard.press('k');
  assert.equal(await active(), keys[0]);
  await page.keyboard.press('o');
  await reader(page).waitFor();
  await page.keyboard.press('j');
  await page.waitForFunction((id) => location.pathname === `/message/${id}`, keys[1].split(' ')[1]);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.pathname === '/');
  assert.equal(await reader(page).count(), 0);
  assert.equal(await active(), keys[1], 'the focus is where reading ended');
  await page.keyboard.press('Enter');
  await reader(page).waitFor();
  await page.keyboard.press('u');
  await page.waitForFunction(() => location.pathname === '/');
  await page.keyboard.press('/');
  assert.equal(await active(), 'q');
  await page.keyboard.press('j');
  assert.equal(await page.locator('#q').inputValue(), 'j', 'in the box a letter is a letter');
});

test('the overlay shows the keys and switches them off', async (t) => {
  const page = await open(t, browser, '/');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('?');
  await page.locator('dialog[open]').waitFor();
  await page.locator('#keys-enabled').uncheck();
  await page.locator('dialog button').click();
  await page.keyboard.press('j');
  assert.ok(!(await page.evaluate(() => document.activeElement.matches('.hit a'))));
  await page.reload();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('?');
  assert.equal(await page.locator('dialog[open]').count(), 0, 'the choice is kept');
});

test('a filter narrows the results and can be taken away', async (t) => {
  const page = await open(t, browser, '/');
  const bucket = page.locator('#facet-mailbox a').first();
  const count = (await bucket.locator('.count').innerText()).trim();
  await bucket.click();
  await page.waitForFunction(() => new URLSearchParams(location.search).has('mailbox'));
  await page.locator('.chip').waitFor();
  if (process.env.MAILQUARRY_STILL) {
    assert.equal((await page.locator('#summary strong').innerText()).split(' ')[0], count, 'a facet counts what it leaves');
  }
  assert.equal(await page.locator('#facet-mailbox a[aria-current]').count(), 1);
  assert.match(await page.evaluate(() => document.activeElement.dataset.key ?? ''), /^mailbox /, 'the focus stays on the filter');
  await page.locator('.chip').click();
  await page.waitForFunction(() => location.search === '');
  assert.equal(await page.locator('.chip').count(), 0);
});

test('more results are added below', async (t) => {
  const page = await open(t, browser, '/');
  const first = await hits(page).count();
  const more = page.locator('#more a[rel=next]');
  if ((await more.count()) === 0) return t.skip('there is only one page');
  await more.click();
  await page.waitForFunction((n) => document.querySelectorAll('#hits .hit').length > n, first);
});

test('a query that is not understood says where', async (t) => {
  const page = await open(t, browser, '/?q=' + encodeURIComponent('(budget'));
  await page.locator('.note.warn').first().waitFor();
});

test('nothing found says what to do', async (t) => {
  const page = await open(t, browser, '/?q=zzqxwvunfindable');
  assert.match(await page.locator('#hits').innerText(), /Nothing found/);
});

test('everything works without scripts', async (t) => {
  const page = await open(t, browser, '/', { javaScriptEnabled: false });
  const word = await someWord(page);
  await page.locator('#q').fill(word);
  await page.locator('#q').press('Enter');
  await page.waitForURL(/\?q=/);
  assert.ok((await hits(page).count()) > 0);
  await page.locator('#facet-mailbox a').first().click();
  await page.waitForURL(/mailbox=/);
  await readable(page).click();
  await page.waitForURL(/\/message\//);
  assert.notEqual(await frameText(page, 'iframe'), '');
  await page.locator('a.back').click();
  await page.waitForURL(/mailbox=/);
});

test('on a narrow screen a message takes the place of the results', async (t) => {
  const page = await open(t, browser, '/', { viewport: { width: 390, height: 844 } });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'nothing sticks out');
  await hits(page).first().click();
  await reader(page).waitFor();
  assert.ok(!(await hits(page).first().isVisible()));
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'nothing sticks out of a message');
  await page.locator('a.back').click();
  await page.waitForFunction(() => location.pathname === '/');
  assert.ok(await hits(page).first().isVisible());
});

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [{ width: 1400, height: 900 }, { width: 390, height: 844 }]) {
    test(`all pages are accessible, ${colorScheme}, ${viewport.width} wide`, async (t) => {
      const page = await open(t, browser, '/?q=the', { colorScheme, viewport });
      await accessible(page);
      await hits(page).first().click();
      await reader(page).waitFor();
      await accessible(page);
      for (const path of [new URL(page.url()).pathname, '/status', '/help', '/?q=zzqxwvunfindable', '/?q=' + encodeURIComponent('(the')]) {
        await page.goto(new URL(path, page.url()).href);
        await accessible(page);
      }
    });
  }
}

test('several values of a filter can be chosen, and stay to be chosen', async (t) => {
  const page = await open(t, browser, '/');
  const boxes = page.locator('#facet-mailbox > ul a');
  const all = await boxes.count();
  for (let i = 0; i < 2; i++) {
    const box = page.locator('#facet-mailbox > ul a:not([aria-current])').first();
    const value = (await box.getAttribute('data-key')).split(' ')[1];
    await box.click();
    await page.waitForFunction((v) => new URL(location.href).searchParams.getAll('mailbox').includes(v), value);
    await page.locator(`#facet-mailbox a[data-key="mailbox ${value}"][aria-current]`).waitFor();
  }
  assert.equal(await page.locator('#facet-mailbox a[aria-current]').count(), 2);
  assert.equal(await boxes.count(), all, 'the others are still there');
});

test('each filter leads to as many results as it counts', async (t) => {
  const page = await open(t, browser, '/');
  const number = (text) => Number((text.match(/[\d,]+/) ?? ['0'])[0].replaceAll(',', ''));
  for (const path of ['/', '/?q=project', '/?group=conversation', '/?q=project&copies=each']) {
    await page.goto(new URL(path, page.url()).href);
    const links = await page.$$eval('#facets li > a:not([aria-current])', (all) => all.map((a) => [a.href, a.querySelector('.count').textContent]));
    const bars = await page.$$eval('#facets .chart a', (all) => all.map((a) => [a.href.baseVal, a.querySelector('title').textContent.split(': ')[1]]));
    assert.ok(links.some(([href]) => /folder=[^&]*%2F/.test(href)), 'there is a folder with others in it');
    assert.ok(bars.length > 1, 'there is a histogram');
    for (const [href, count] of [...links.filter((_, i) => i % 3 === 0), ...bars.filter((_, i) => i % 5 === 0)]) {
      const html = await (await page.request.get(new URL(href, page.url()).href)).text();
      const shown = html.match(/id="summary"[^>]*>(?:<strong>([^<]*)<|No )/);
      assert.ok(shown, href);
      assert.equal(number(shown[1] ?? '0'), number(count), href);
    }
  }
});

test('a folder is unfolded, and chosen with what lies in it', async (t) => {
  const page = await open(t, browser, '/');
  const more = page.locator('#more-search-folder > summary');
  if (await more.count()) await more.click();
  const parent = page.locator('#facet-folder li:has(> details.below)').first();
  const below = parent.locator('> details.below');
  assert.equal(await below.locator('li').first().isVisible(), false);
  await below.locator('> summary').click();
  assert.equal(await below.locator('li').first().isVisible(), true);
  await parent.locator('> a').click();
  await page.waitForFunction(() => new URL(location.href).searchParams.get('folder')?.endsWith('/**'));
  await page.locator('#chips .chip', { hasText: 'and below' }).waitFor();
});

test('a result names the mailboxes that have it too, and opens there', async (t) => {
  const page = await open(t, browser, '/');
  const also = page.locator('.hit .others[id^="also-"]').first();
  await also.locator('summary').click();
  const copy = also.locator('a').first();
  const path = new URL(await copy.getAttribute('href'), page.url()).pathname;
  await copy.click();
  await reader(page).waitFor();
  assert.equal(new URL(page.url()).pathname, path);
});

test('conversations are one result each, with and without scripts', async (t) => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open(t, browser, '/', { javaScriptEnabled });
    await page.locator('#views a', { hasText: 'Conversations' }).click();
    await page.waitForURL(/group=conversation/);
    await page.locator('#views a[aria-current]').waitFor();
    assert.match(await page.locator('#summary').innerText(), /conversations/);
    assert.ok((await page.locator('.others[id^="thread-"] li').count()) > 1);
  }
});
