// What bundlers do: chunks on demand, workers, addresses beside the module.
const { seen, until, run } = window.kit;

const answerOf = (worker, sent) => new Promise((done, failed) => {
  worker.onmessage = ({ data }) => done(JSON.stringify(data));
  worker.onerror = (event) => { event.preventDefault?.(); failed(new Error(`worker: ${event.message}`)); };
  worker.postMessage(sent);
});
const named = (promise) => promise.catch((error) => error.name);

void run(async () => {
  const { default: react } = await import('./lit-later.mjs');
  const result = { chunk: react, beside: (await (await fetch(new URL('../items.json', import.meta.url))).json()).length };
  const site = new URL('../', import.meta.url).href;
  const classic = new Worker(`${site}worker.js`, { name: 'classic' });
  result.classic = await answerOf(classic, 21);
  classic.terminate();
  result.module = await answerOf(new Worker(new URL('../module-worker.js', import.meta.url), { type: 'module' }), 4);
  const blob = URL.createObjectURL(new Blob(['onmessage = ({ data }) => postMessage([data, self.location.protocol, typeof importScripts])'], { type: 'text/javascript' }));
  result.blob = await answerOf(new Worker(blob), 'to a blob');
  URL.revokeObjectURL(blob);
  const { port } = new SharedWorker(`${site}shared.js`, 'shared');
  result.shared = await new Promise((done) => { port.onmessage = ({ data }) => done(data); port.postMessage('hello'); });
  result.kinds = [classic instanceof Worker, classic.constructor === Worker, Object.prototype.toString.call(classic)];
  const sub = class extends Worker {};
  result.subclass = new sub(`${site}worker.js`) instanceof sub;

  // Scripts as module loaders make them.
  const script = document.createElement('script');
  script.type = 'module';
  script.textContent = 'import { twice } from "./twice.js"; seen("inline module", twice(5)); window.inline = true;';
  document.head.append(script);
  await until(() => window.inline);
  const chunk = document.createElement('script');
  chunk.src = 'late.js';
  chunk.onload = () => seen('chunk loaded');
  chunk.onerror = () => seen('chunk failed');
  document.head.appendChild(chunk);
  await until(() => window.kit.outcome.events.includes('chunk loaded'));
  const wrong = document.createElement('script');
  wrong.src = 'nowhere.js';
  wrong.onerror = (event) => seen('a missing chunk', event.type);
  document.head.appendChild(wrong);
  await until(() => window.kit.outcome.events.includes('a missing chunk error'));
  result.missing = await named(import(`${site}nowhere.mjs`).then(() => 'found'));
  const preload = Object.assign(document.createElement('link'), { rel: 'modulepreload', href: 'twice.js' });
  document.head.append(preload);

  // A service worker that the policy declares.
  const registration = await navigator.serviceWorker.register('sw.js', { scope: './' }).catch((error) => seen('no service worker', error.name));
  if (registration) {
    if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
    result.controlled = await (await fetch('from-worker')).text();
    result.unregistered = await registration.unregister();
  }
  return result;
});
