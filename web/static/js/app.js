// Starts what the page at hand needs. Every page works without this.

import { localiseTimes } from './times.js';
import { startCompletion } from './complete.js';
import { startKeys } from './keys.js';
import { startSearch } from './search.js';
import { startMessage } from './message.js';
import { startStatus } from './status.js';

/** @type {Record<string, () => import('./keys.js').Actions>} */
const pages = { search: startSearch, message: startMessage, status: startStatus };

localiseTimes(document);
startCompletion();
const start = pages[document.body.dataset.page ?? ''];
startKeys(start ? start() : {});
