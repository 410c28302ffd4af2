// What the search box suggests while one types.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, hits, launch, open, server } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const list = (page) => page.getByRole('listbox', { name: 'Suggestions' });
const options = (page) => list(page).getByRole('option');
const box = (page) => page.getByRole('combobox');
const chosen = (page) => list(page).locator('[aria-selected="true"]');

/** Types letter by letter, and waits for suggestions that stand the given time. */
async function type(page, text) {
  await box(page).click();
  await box(page).pressSequentially(text, { delay: 15 });
  await list(page).waitFor();
}

test('a person is found by typing, chosen by keys and searched', async (t) => {
  const page = await open(t, browser, '/');
  const found = await (await page.request.get(server + '/api/v1/search?limit=1&facets=sender&facet_size=1')).json();
  const sender = found.facets.sender.buckets[0].value;
  assert.equal(await box(page).getAttribute('aria-expanded'), 'false');
  await type(page, 'fro');
  assert.equal(await box(page).getAttribute('aria-expanded'), 'true');
  assert.match(await options(page).first().innerText(), /^from:/);
  await page.keyboard.press('ArrowDown');
  const active = await box(page).getAttribute('aria-activedescendant');
  assert.equal(await chosen(page).getAttribute('id'), active);
  await accessible(page);
  await page.keyboard.press('Enter');
  assert.equal(await box(page).inputValue(), 'from:');
  await list(page).waitFor();
  assert.match(await options(page).first().innerText(), /@/, 'senders are suggested behind the field');
  const begun = sender.slice(0, -2);
  const answered = page.waitForResponse((r) => new URL(r.url()).searchParams.get('q') === `from:${begun}` && /complete/.test(r.url()));
  await page.keyboard.type(begun);
  assert.equal((await answered).status(), 200);
  await list(page).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  const query = await box(page).inputValue();
  assert.match(query, /^from:\S+@\S+ $/, 'Tab takes it, and a blank goes on');
  assert.ok(await list(page).isHidden());
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'q', 'the focus stays in the box');
  await page.waitForFunction((q) => new URL(location.href).searchParams.get('q') === q, query.trim());
  assert.ok((await hits(page).count()) > 0, 'what is suggested finds mail');
});

test('Esc drops the suggestions and nothing else, and without a choice Enter searches', async (t) => {
  const page = await open(t, browser, '/');
  await type(page, 'in:');
  await page.keyboard.press('Escape');
  assert.ok(await list(page).isHidden());
  assert.equal(await box(page).inputValue(), 'in:');
  await page.keyboard.press('Alt+ArrowDown');
  await list(page).waitFor();
  await page.keyboard.press('ArrowUp');
  assert.equal(await chosen(page).getAttribute('id'), await options(page).last().getAttribute('id'), 'the list goes round');
  await page.keyboard.press('ArrowDown');
  assert.equal(await chosen(page).count(), 0);
  await box(page).fill('the');
  await list(page).waitFor();
  await page.keyboard.press('Enter');
  assert.ok(await list(page).isHidden());
  assert.equal(await box(page).inputValue(), 'the');
  await page.waitForFunction(() => document.activeElement?.matches('#hits a'));
});

test('a folder is taken with the mouse, in the middle of a query and in quotes where it needs them', async (t) => {
  const page = await open(t, browser, '/');
  await box(page).fill('é in: the');
  await page.evaluate(() => document.querySelector('#q').setSelectionRange(5, 5));
  await page.keyboard.press('Alt+ArrowDown');
  await list(page).waitFor();
  const folder = (await options(page).first().locator('.label').innerText()).trim();
  await options(page).first().click();
  const written = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}@._/-]*$/u.test(folder) ? folder : `"${folder}"`;
  assert.equal(await box(page).inputValue(), `é in:${written} the`);
  assert.equal(await page.evaluate(() => document.querySelector('#q').selectionStart), `é in:${written} `.length);
});

test('no late answer overtakes a newer question', async (t) => {
  const page = await open(t, browser, '/');
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/complete\?q=fro&/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await box(page).click();
  const asked = page.waitForRequest(/\/complete\?q=fro&/);
  await box(page).pressSequentially('fro');
  await asked;
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('has:');
  await page.waitForFunction(() => document.querySelector('#suggestions:not([hidden]) li')?.textContent.includes('attachment'));
  release();
  await page.waitForTimeout(200);
  assert.match(await options(page).first().innerText(), /attachment/);
});

test('a server that suggests nothing, or fails, leaves a plain box', async (t) => {
  const page = await open(t, browser, '/', {}, /500|Failed to load resource/);
  await page.route(/\/complete\?/, (route) => route.fulfill({ status: 500, body: 'no' }));
  await box(page).fill('the');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('q') === 'the');
  await page.waitForTimeout(300);
  assert.ok(await list(page).isHidden());
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.activeElement?.matches('#hits a'), undefined, { timeout: 5000 });
});

test('without scripts the box is a plain one', async (t) => {
  const page = await open(t, browser, '/', { javaScriptEnabled: false });
  assert.equal(await page.locator('#q').getAttribute('role'), null);
  assert.equal(await page.locator('#suggestions').count(), 0);
});
