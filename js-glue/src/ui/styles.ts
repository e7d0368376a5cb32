// How it looks. Two palettes of one set of names, chosen by prefers-color-scheme; text and controls meet WCAG AA in
// both.
//
// A site fits it in from its own style sheet, for example  metrofax-consent { --mfc-accent: #7a1f3d; }
//   --mfc-accent     buttons, switches, links, focus ring    --mfc-on-accent  text on the accent
//   --mfc-bg         ground of banner and dialogs            --mfc-tint       ground of boxes and rows in them
//   --mfc-text       text                                    --mfc-muted      second text
//   --mfc-line       hairlines                               --mfc-edge       outlines of controls (3:1 on the ground)
//   --mfc-font       font family                             --mfc-radius     corner radius of the largest box
//   --mfc-shadow     shadow of what floats                   --mfc-z          z-index where the browser has no top layer
// (dark values: set them again inside @media (prefers-color-scheme: dark)). Beyond that every class below is a part;
// names that stay: banner, dialog, inspector, title, text, note, main (filled buttons), reject, accept, rejectAll,
// acceptAll, save, withdraw, close, purpose, switch, pill, vendor, link, entry, badge, filter, status. Accept and
// reject share one rule: a site that restyles one of the two alone makes its banner invalid (CNIL, EDPB).
//
// One line per rule: this text is shipped. Sizes are in em of the visitor's own default size, so that text zoom works.

export const CSS = `
:host{all:initial!important;position:fixed!important;inset:0 auto auto 0!important;z-index:var(--mfc-z,2147483646)!important}
*,::before,::after{box-sizing:border-box}
[hidden]{display:none!important}
.root{--1:#fff;--2:#f4f6f9;--3:#161b22;--4:#535d6b;--5:#dce1e8;--6:#7c8696;--7:#1a4b91;--8:#fff;--9:0 1px 2px #0b14221f,0 12px 40px #0b14222e;--ok:#176b3a;--no:#a8281f;--wait:#7d5200;--less:#5b3fa0;--bg:var(--mfc-bg,var(--1));--tint:var(--mfc-tint,var(--2));--text:var(--mfc-text,var(--3));--muted:var(--mfc-muted,var(--4));--line:var(--mfc-line,var(--5));--edge:var(--mfc-edge,var(--6));--accent:var(--mfc-accent,var(--7));--on-accent:var(--mfc-on-accent,var(--8));--shadow:var(--mfc-shadow,var(--9));--r:var(--mfc-radius,14px);color-scheme:light;font:400 .9375em/1.5 var(--mfc-font,system-ui,sans-serif);color:var(--text);text-align:start}
h2,h3,h4,p,ul{margin:0;padding:0;font-size:1em;font-weight:400;list-style:none}
h2{font-size:1.125em;font-weight:650;line-height:1.3;letter-spacing:-.01em;text-wrap:balance}
h3,h4{font-weight:600}
h2:focus{outline:0}
.partner{display:flex;align-items:center;gap:.5em;min-height:2em}
a{color:var(--accent);text-underline-offset:.18em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
button,select{font:inherit;color:inherit;min-height:44px;border-radius:calc(var(--r)*.6);cursor:pointer}
button{padding:.5em;border:1px solid var(--edge);background:none;font-weight:600;line-height:1.25;touch-action:manipulation}
button:hover{background:var(--tint)}
button.main{border-color:var(--accent);background:var(--accent);color:var(--on-accent)}
button.main:hover{background:color-mix(in srgb,var(--accent) 86%,var(--text))}
button.plain{border-color:transparent;color:var(--accent);text-decoration:underline;text-underline-offset:.18em;font-weight:500}
button.close{flex:none;width:44px;padding:0;margin:-.5em;margin-inline-start:auto;border-color:transparent}
.close::before,.close::after{content:"";display:block;width:18px;margin:-1px auto;border-block-start:2px solid;rotate:45deg}
.close::after{rotate:-45deg}
.soft{color:var(--muted)}
.small{font-size:.8667em}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.note{padding:.7em .9em;border-inline-start:3px solid var(--accent);border-radius:4px;background:var(--tint);font-size:.9333em}
.note b{display:block;font-weight:600}
.box{position:fixed;margin:0;padding:0;border:1px solid var(--line);border-radius:var(--r);background:var(--bg);color:var(--text);box-shadow:var(--shadow);overflow:hidden;display:flex;flex-direction:column}
.scroll{position:relative;overflow:auto;overscroll-behavior:contain;min-height:0}
.banner{inset:auto;inset-block-end:20px;inset-inline-start:20px;width:min(29em,100% - 40px);max-height:min(34em,70vh);padding:1.4em;gap:1.1em}
.banner .scroll{display:grid;gap:.7em;margin:-3px -3px -1em;padding:3px 3px 1.2em;mask:linear-gradient(#000 calc(100% - 1.4em),#0000)}
.actions{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,8.4em),1fr));gap:.6em;flex:none}
.wide{grid-column:1/-1}
.dialog:not([open]){display:none}
.dialog{inset:0;margin:auto;width:min(46em,100% - 32px);max-width:none;height:fit-content;max-height:min(52em,100vh - 32px)}
.dialog::backdrop{background:#0a0f17a6}
.head{display:flex;align-items:flex-start;gap:1em;padding:1.3em 1.5em 1em;flex:none}
.body{padding:0 1.5em 1.2em;display:grid;gap:1em;align-content:start}
.foot{padding:1em 1.5em;border-block-start:1px solid var(--line);display:flex;flex-wrap:wrap;gap:.6em;flex:none}
.foot button{flex:1 1 9em}
.purpose{padding-block:1em;border-block-start:1px solid var(--line);display:grid;gap:.35em}
.top{display:flex;align-items:center;justify-content:space-between;gap:1em}
.top h3{display:flex;flex-wrap:wrap;gap:.1em .6em;align-items:center;font-size:1.0333em}
.pill{padding:.1em .6em;border-radius:9em;background:var(--tint);color:var(--muted);font-size:.8em;font-weight:500}
input{appearance:none;flex:none;position:relative;margin:0;width:46px;height:44px;background:none;cursor:pointer}
input::before{content:"";position:absolute;inset:9px 0;border:2px solid var(--edge);border-radius:13px;background:var(--bg)}
input::after{content:"";position:absolute;inset-block-start:14px;inset-inline-start:5px;width:16px;height:16px;border-radius:50%;background:var(--edge)}
input:checked::before{border-color:var(--accent);background:var(--accent)}
input:checked::after{inset-inline-start:25px;background:var(--on-accent)}
input:disabled{cursor:default;opacity:.55}
input:focus-visible{outline:0}
input:focus-visible::before{outline:3px solid var(--accent);outline-offset:2px}
summary{display:flex;align-items:center;gap:.6em;min-height:44px;color:var(--accent);font-weight:500;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"";flex:none;width:.5em;height:.5em;margin-inline:.15em;border:solid currentColor;border-width:0 2px 2px 0;rotate:-45deg}
[dir=rtl] summary::before{rotate:135deg}
[dir] [open]>summary::before{rotate:45deg}
summary:hover{text-decoration:underline;text-underline-offset:.18em}
.cards{display:grid;gap:.6em}
.card{padding:.8em 1em;border-radius:calc(var(--r)*.6);background:var(--tint);display:grid;gap:.3em;overflow-wrap:anywhere}
.links{display:flex;flex-wrap:wrap;gap:.1em 1.2em}
.links a{padding-block:.35em}
.rows{display:grid;gap:.15em}
.rows li{display:flex;flex-wrap:wrap;gap:.1em 1em;align-items:baseline}
code{font:.9286em/1.5 ui-monospace,Consolas,monospace;overflow-wrap:anywhere;direction:ltr;unicode-bidi:isolate}
.inspector{inset:auto;inset-block:16px;inset-inline-end:16px;width:min(32em,100% - 32px);height:auto}
.modal .banner{visibility:hidden}
.filters{display:grid;grid-template-columns:1fr 1fr;gap:.8em;padding:0 1.5em 1em;border-block-end:1px solid var(--line)}
label.pick{display:grid;gap:.2em;min-width:0;color:var(--muted)}
select{width:100%;padding:.4em .6em;border:1px solid var(--edge);background:var(--bg);color:var(--text)}
.log{flex:1;padding:.2em 0}
.entry+.entry{border-block-start:1px solid var(--line)}
.entry summary{padding:.5em 1.5em;color:inherit;font-weight:400}
.entry summary:hover{background:var(--tint);text-decoration:none}
.what{flex:1;min-width:0;display:grid;gap:.2em}
.what code{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.badge{display:inline-block;margin-inline-end:.7em;font-weight:650}
.badge::before{content:"";display:inline-block;width:.6em;height:.6em;margin-inline-end:.5em;border-radius:50%;background:currentColor}
.allow::before{background:none;border:2px solid}
.allow{color:var(--ok)}
.deny{color:var(--no)}
.hold{color:var(--wait)}
.strip{color:var(--less)}
dl{margin:0;padding:.2em 1.5em 1.2em;display:grid;grid-template-columns:minmax(4em,9em) 1fr;gap:.45em 1em;overflow-wrap:anywhere}
dt{color:var(--muted)}
dd{margin:0;min-width:0}
dt+dd:nth-child(2){font-weight:600}
.none{padding:1em 1.5em}
.status{position:fixed;inset-block-end:24px;inset-inline:0;margin:auto;width:fit-content;max-width:calc(100% - 32px);padding:.7em 1.2em;border-radius:calc(var(--r)*.6);background:var(--text);color:var(--bg);pointer-events:none}
.status:empty{padding:0}
@media (max-width:40em){.banner{inset-block-end:10px;inset-inline-start:10px;width:calc(100% - 20px);max-height:60vh;padding:1.1em}.dialog{width:100%;max-height:calc(100% - 12px);inset-block-start:auto;margin-block-end:0;border-width:1px 0 0;border-radius:var(--r) var(--r) 0 0}.inspector{inset:auto 0 0;width:100%;height:66vh;border-radius:var(--r) var(--r) 0 0}.head,.body,.foot{padding-inline:1.1em}.filters,.entry summary,dl{padding-inline:1.1em}dl{grid-template-columns:minmax(4em,7em) 1fr}}
@media (max-height:26em){.banner{max-height:80vh;width:calc(100% - 20px);padding:.9em;gap:.6em}.actions{grid-template-columns:repeat(auto-fit,minmax(7.5em,1fr))}.dialog,.inspector{overflow:auto;height:auto;max-height:calc(100vh - 12px)}.dialog[open],.inspector{display:block}.body,.log{overflow:visible}}
@media (max-height:26em) and (min-width:34em){.wide{grid-column:auto}}
@media (prefers-color-scheme:dark){.root{--1:#161b22;--2:#202731;--3:#e9edf3;--4:#a9b3c1;--5:#2e3744;--6:#76839a;--7:#9cc1ff;--8:#0b1628;--9:0 0 0 1px #0006,0 16px 48px #000a;--ok:#7fd6a0;--no:#ff9d94;--wait:#f0c067;--less:#c3b0ff;color-scheme:dark}}
@media (prefers-reduced-motion:no-preference){.banner,.dialog,.inspector{animation:in .24s cubic-bezier(.2,.7,.3,1)}input::before,input::after,summary::before{transition:.15s}@keyframes in{from{opacity:0;translate:0 10px}}}
@media (forced-colors:active){input{appearance:auto;width:22px}input::before,input::after{content:none}.pill{border:1px solid}.badge::before{forced-color-adjust:none}.note{border-inline-start-color:Highlight}}
@media print{:host{display:none!important}}
`

/**
 * Puts the style sheet into a shadow root. Constructed sheets are no inline style, so `style-src 'self'` lets them be.
 * Browsers without them (Safari before 16.4, Firefox before 101) get a style element with the script's own nonce; where
 * a policy refuses that too, what remains is unstyled but native and usable: headings, buttons, checkboxes, a dialog.
 */
export function dress(root: ShadowRoot, nonce: string | undefined): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(CSS)
    root.adoptedStyleSheets = [sheet]
  } catch {
    const style = document.createElement('style')
    if (nonce) style.nonce = nonce
    style.textContent = CSS
    root.prepend(style)
  }
}
