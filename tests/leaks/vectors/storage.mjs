// Ways to leave something on the machine. {id} is the name that is looked for afterwards, by a page without the SDK.
const worker = (/** @type {string} */ code) => `URL.createObjectURL(new Blob([${JSON.stringify(code)}], { type: 'text/javascript' }))`;
const DATABASE = "new Promise((done) => { const r = (self.indexedDB).open('{id}'); r.onsuccess = () => { r.result.close(); done() }; r.onerror = done })";

/** @type {Record<string, string>} */
export const STORAGE = {
  cookie: "document.cookie = '{id}=1; path=/; max-age=999'",
  'cookie-frame-realm': "frame().contentDocument.cookie = '{id}=1; path=/; max-age=999'",
  'cookie-foreign-setter': "Object.getOwnPropertyDescriptor(frame().contentWindow.Document.prototype, 'cookie').set.call(document, '{id}=1; path=/; max-age=999')",
  'cookie-store': "await cookieStore.set({ name: '{id}', value: '1', expires: Date.now() + 1e6 })",
  'cookie-store-frame-realm': "await frame().contentWindow.cookieStore.set('{id}', '1')",
  'local-storage-method': "localStorage.setItem('{id}', '1')",
  'local-storage-property': "localStorage['{id}'] = '1'",
  'local-storage-define': "Object.defineProperty(localStorage, '{id}', { value: '1' })",
  'local-storage-frame-realm': "frame().contentWindow.localStorage.setItem('{id}', '1')",
  'local-storage-foreign-method': "frame().contentWindow.Storage.prototype.setItem.call(localStorage, '{id}', '1')",
  'session-storage-method': "sessionStorage.setItem('{id}', '1')",
  'session-storage-frame-realm': "frame().contentWindow.sessionStorage['{id}'] = '1'",
  'indexed-db': `await ${DATABASE}`,
  'indexed-db-frame-realm': `await ${DATABASE.replace('self', 'frame().contentWindow')}`,
  'indexed-db-worker': `const w = new Worker(${worker(`${DATABASE}.then(() => postMessage(1), () => postMessage(0))`)}); await new Promise((done) => { w.onmessage = done; w.onerror = done; setTimeout(done, 1500) })`,
  caches: "await (await caches.open('{id}')).put('/x-{id}', new Response('x'))",
  'caches-worker': `const w = new Worker(${worker("caches.open('{id}').then(() => postMessage(1), () => postMessage(0))")}); await new Promise((done) => { w.onmessage = done; w.onerror = done; setTimeout(done, 1500) })`,
  opfs: "await (await navigator.storage.getDirectory()).getFileHandle('{id}', { create: true })",
  'storage-buckets': "await navigator.storageBuckets.open('{id}')",
  'file-system': "await new Promise((done, failed) => webkitRequestFileSystem(0, 999, (fs) => fs.root.getFile('{id}', { create: true }, done, failed), failed))",
  'service-worker': "await navigator.serviceWorker.register('{site}/plain.js', { scope: '{site}/{id}/' })",
  'window-name': "window.name += ' {id}'",
  'url-fragment': "location.hash += '{id}'",
  'history-state': "history.replaceState({ kept: '{id}' }, '')",
  'credentials-store': "await navigator.credentials.store(new PasswordCredential({ id: '{id}', password: 'x' }))",
  'third-party-cookie': "await new Promise((done) => { const i = new Image(); i.onload = i.onerror = done; i.src = '{png}'; setTimeout(done, 1000) })",
};

/** What a page of the same origin that carries no SDK still finds: `{id}` of each that stayed. Runs in that page. */
export const INVENTORY = `(async () => {
  const found = [], each = async (list) => { try { found.push(...await list()) } catch {} };
  await each(() => document.cookie.split('; ').map((pair) => pair.split('=')[0]));
  await each(() => Object.keys(localStorage));
  await each(() => Object.keys(sessionStorage));
  await each(async () => (await indexedDB.databases()).map((one) => one.name));
  await each(() => caches.keys());
  await each(async () => { const names = []; for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name); return names });
  await each(() => navigator.storageBuckets.keys());
  await each(() => new Promise((done, failed) => webkitRequestFileSystem(0, 999, (fs) => fs.root.createReader().readEntries((list) => done(list.map((one) => one.name)), failed), failed)));
  await each(async () => (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope.split('/').at(-2)));
  await each(() => window.name.split(' '));
  return found;
})()`;
