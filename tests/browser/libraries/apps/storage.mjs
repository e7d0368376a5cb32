// Keeping things: localforage, idb, the plain APIs. The policy declares every name.
import localforage from 'localforage';
import { openDB, deleteDB } from 'idb';

const { run } = window.kit;

void run(async () => {
  const result = {};
  const drafts = localforage.createInstance({ name: 'drafts', storeName: 'pages' });
  await drafts.clear();
  await drafts.setItem('one', { pages: [1, 2, 3] });
  await drafts.setItem('blob', new Blob(['text'], { type: 'text/plain' }));
  result.driver = drafts.driver();
  result.forage = [await drafts.keys(), await drafts.getItem('one'), (await drafts.getItem('blob')).size, await drafts.length()];
  await drafts.removeItem('one');
  const light = localforage.createInstance({ name: 'drafts', storeName: 'light', driver: localforage.LOCALSTORAGE });
  await light.setItem('two', 2);
  result.light = [light.driver(), await light.getItem('two'), Object.keys(localStorage).filter((key) => key.startsWith('drafts/')).sort()];
  await light.clear();

  const db = await openDB('orders', 1, { upgrade(opened) { opened.createObjectStore('orders', { keyPath: 'id' }).createIndex('by-pages', 'pages'); } });
  await db.put('orders', { id: 1, pages: 3 });
  const transaction = db.transaction('orders', 'readwrite');
  await Promise.all([transaction.store.put({ id: 2, pages: 1 }), transaction.done]);
  result.orders = await db.getAllFromIndex('orders', 'by-pages');
  result.database = [db instanceof IDBDatabase, db.name, [...db.objectStoreNames]];
  db.close();
  await deleteDB('orders');

  document.cookie = 'basket=3; path=/; max-age=600';
  result.cookie = /(?:^|; )basket=([^;]*)/.exec(document.cookie)?.[1];
  document.cookie = 'basket=; path=/; max-age=0';
  result.gone = !document.cookie.includes('basket=');
  if ('cookieStore' in window) {
    await cookieStore.set('basket', '4');
    const kept = await cookieStore.get('basket');
    result.cookieStore = kept && [kept.name, kept.value];
    await cookieStore.delete('basket');
  }
  localStorage.theme = 'dark';
  result.area = [localStorage.getItem('theme'), 'theme' in localStorage, Object.prototype.toString.call(localStorage), localStorage instanceof Storage, delete localStorage.theme, localStorage.theme];
  const other = document.body.appendChild(document.createElement('iframe'));
  const told = new Promise((done) => addEventListener('storage', ({ key, newValue, storageArea }) => done([key, newValue, storageArea === localStorage]), { once: true }));
  other.contentWindow.localStorage.setItem('theme', 'light');
  result.event = await told;
  localStorage.removeItem('theme');
  other.remove();
  const cache = await caches.open('offline');
  await cache.add('items.json');
  result.cache = [(await (await caches.match('items.json')).json()).length, await caches.has('offline'), await caches.delete('offline')];
  result.quota = typeof (await navigator.storage?.estimate())?.quota;
  return result;
});
