// A React 19 app: state, effects, portals, a lazy chunk, what React itself puts into the head, hydration.
import { Suspense, createContext, lazy, startTransition, use, useActionState, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal, flushSync, preload } from 'react-dom';
import { createRoot, hydrateRoot } from 'react-dom/client';

const { came, seen, until, run, click, type, styles, tree } = window.kit;
const has = (text) => window.kit.outcome.came.includes(text);
const Late = lazy(() => import('./react-late.jsx'));
const Theme = createContext('light');

function Field() {
  const [value, set] = useState('');
  const field = useRef(null);
  useLayoutEffect(() => { seen('layout effect', field.current.localName); return () => seen('layout effect ends'); }, []);
  useEffect(() => { seen('effect', value); }, [value]);
  return <label>Number <input ref={field} id="number" value={value} onChange={(event) => set(event.target.value.replace(/\D/g, ''))} /><b>{value.length}</b></label>;
}

function Order() {
  const [result, send, pending] = useActionState(async (_, data) => {
    const answer = await (await fetch('echo', { method: 'POST', body: new URLSearchParams(data) })).json();
    return `${answer.method} ${answer.sent}`;
  }, 'nothing sent');
  return <form id="order" action={send}><input name="pages" defaultValue="3" /><button disabled={pending}>Send</button><output>{result}</output></form>;
}

function App() {
  const [open, setOpen] = useState(false);
  const [picture, setPicture] = useState('dot.png');
  preload('tile.png', { as: 'image' });
  return (
    <Theme value="dark">
      <title>React app</title>
      <meta name="description" content="hoisted" />
      <link rel="stylesheet" href="site.css" precedence="default" />
      <script async src="late.js" />
      <h1 className="sheet" style={{ backgroundImage: 'url(dot.png)', '--gap': '4px', marginTop: 5 }} onClick={(event) => seen('click', event.nativeEvent.isTrusted, event.currentTarget.localName)}>React</h1>
      <Themed />
      <Field />
      <Order />
      <button id="toggle" onClick={() => setOpen(!open)}>Toggle</button>
      <button id="change" onClick={() => startTransition(() => setPicture('marker.png'))}>Change</button>
      <img id="picture" src={picture} srcSet={`${picture} 1x, tile.png 2x`} alt="" onLoad={() => came('picture', picture)} />
      <div dangerouslySetInnerHTML={{ __html: '<em>given</em><script>seen("never")</script><img src="dot.png" alt="">' }} />
      {open && <Suspense fallback={<p>waits</p>}><Late /></Suspense>}
      {open && createPortal(<aside>portal</aside>, document.body)}
      <svg width="9" height="9"><use href="icons.svg#fax" /></svg>
    </Theme>
  );
}
const Themed = () => <p>{use(Theme)}</p>;

function Island({ start }) {
  const [count, set] = useState(start);
  return <button id="island" onClick={() => set(count + 1)}>Count {count}</button>;
}

void run(async () => {
  const root = createRoot(document.querySelector('#app'), { onUncaughtError: (error) => seen('uncaught', error) });
  root.render(<App />);
  hydrateRoot(document.querySelector('#hydrated'), <Island start={2} />, { onRecoverableError: (error) => seen('recoverable', error) });
  await until(() => window.late && has('picture dot.png') && window.kit.outcome.events.includes('effect '), 'first render');
  click('h1');
  flushSync(() => type('#number', '12a34'));
  click('#island');
  click('#toggle');
  await until(() => document.querySelector('#late'), 'the lazy chunk');
  click('#order button');
  await until(() => document.querySelector('#order output').textContent.startsWith('POST'), 'the action');
  click('#change');
  await until(() => has('picture marker.png'), 'the other picture');
  const before = tree(document.body);
  const head = tree(document.head).filter((line) => !line.includes('kit.js'));
  const computed = styles('h1', 'backgroundImage', 'color', 'marginTop', '--gap');
  root.unmount();
  return { tree: before, after: document.querySelector('#app').innerHTML, head, computed };
});
