// How a placeholder looks: fills its place, from a wide player down to a small box, in the visitor's light or dark.
const CSS = `
:host{all:initial;contain:content;overflow:hidden}
html,body{margin:0;height:100%}
*{box-sizing:border-box}
.embed{--bg:#f4f6f9;--text:#161b22;--muted:#535d6b;--edge:#7c8696;--accent:#1a4b91;--on:#fff;container-type:size;height:100%;overflow:auto;display:grid;color-scheme:light;background:var(--bg);color:var(--text);font:400 .9375rem/1.45 system-ui,sans-serif;text-align:start}
.embed.dark{--bg:#202731;--text:#e9edf3;--muted:#a9b3c1;--edge:#76839a;--accent:#9cc1ff;--on:#0b1628;color-scheme:dark}
.inner{margin:auto;padding:.9em 1.1em;max-width:36em;display:grid;gap:.6em}
h2{margin:0;font-size:1.05em;font-weight:650;line-height:1.3}
p{margin:0;color:var(--muted);font-size:.9em}
a{color:var(--accent);text-underline-offset:.18em}
.actions{display:flex;flex-wrap:wrap;gap:.4em .7em;align-items:center}
.actions a{font-size:.9em;padding-block:.5em}
button{font:inherit;font-weight:600;color:inherit;min-height:44px;padding:.4em .9em;border:1px solid var(--edge);border-radius:8px;background:none;cursor:pointer;text-align:start}
button.main{border-color:var(--accent);background:var(--accent);color:var(--on)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
@container (max-height:17em){.inner{font-size:.8125rem;gap:.4em;padding:.6em .9em}h2,p a{display:none}button{min-height:30px;padding:.2em .7em}.actions a{padding-block:.3em}}
@container (max-height:8em){p,.always{display:none}}
@media print{.embed{display:none}}
`

const sheets = new WeakMap<Document, CSSStyleSheet>()

/** A constructed sheet: no inline style, so `style-src 'self'` lets it be. Each is one document's own. */
export function sheet(text: string, { defaultView }: Document = document): CSSStyleSheet {
  const made = new defaultView!.CSSStyleSheet()
  made.replaceSync(text)
  return made
}

/** The sheet of placeholders for one document. */
export function sheetOf(document: Document): CSSStyleSheet {
  const made = sheets.get(document) ?? sheet(CSS, document)
  sheets.set(document, made)
  return made
}
