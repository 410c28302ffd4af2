// What every test here needs: a browser, a page that reports what goes wrong,
// and the checks that hold for every page.

import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The server under test. */
export const server = process.env.MAILQUARRY_URL?.replace(/\/$/, '');

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Finds Chromium: named by CHROMIUM, else by one of its names in PATH. */
function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    for (const dir of (process.env.PATH ?? '').split(delimiter)) {
      try {
        const path = join(dir, name);
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error('Chromium is not installed: install the package chromium, or name its path in CHROMIUM');
}

/** Starts a browser. Root cannot use Chromium's own sandbox. */
export function launch() {
  const args = ['--disable-gpu'];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: chromiumPath(), args });
}

/**
 * Opens a page in a context of its own, for one test. Faults that a page
 * reports, but for those expected, make the test fail at its end.
 */
export async function open(t, browser, path, options = {}, expected = /(?!)/) {
  assert.ok(server, 'MAILQUARRY_URL has to name a running server');
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const faults = [];
  const page = await context.newPage();
  page.on('pageerror', (e) => faults.push(`error: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error' || /Content Security Policy|Trusted/i.test(m.text())) faults.push(`console: ${m.text()}`);
  });
  page.on('dialog', (d) => {
    faults.push(`dialog: ${d.message()}`);
    d.dismiss();
  });
  page.on('request', (r) => {
    const url = new URL(r.url());
    if (url.origin !== server && url.protocol !== 'data:') faults.push(`request to ${url.origin}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(faults.filter((f) => !expected.test(f)), [], 'the page reports faults');
  });
  await page.goto(server + path);
  return page;
}

/** Fails for every rule of accessibility that the page breaks. */
export async function accessible(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
  assert.ok(found.passes.length > 10, 'axe has looked at the page');
  const broken = found.violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target} ${n.any.map((a) => a.message)}`).join('\n  ')}`);
  assert.deepEqual(broken, []);
}

/** The links of the results shown. */
export const hits = (page) => page.locator('#hits .hit h2 a');

/** A word of at least four letters out of the first subjects on the page. */
export async function someWord(page) {
  const subjects = await hits(page).allTextContents();
  for (const s of subjects) {
    const word = s.match(/(?<![\p{L}\p{N}])[A-Za-z]{5,}(?![\p{L}\p{N}])/u)?.[0];
    if (word) return word.toLowerCase();
  }
  throw new Error('no subject on the first page has a word to search for');
}

/** The first result that shows some of its text. */
export const readable = (page) => page.locator('#hits .hit:has(.snippet) a').first();

/** The text of the message in a frame, once there is any. */
export async function frameText(page, selector) {
  const body = page.frameLocator(selector).locator('body');
  for (let left = 50; left > 0; left--) {
    const text = (await body.innerText()).trim();
    if (text !== '') return text;
    await page.waitForTimeout(100);
  }
  return '';
}
