// Lit: reactive properties, directives, styles as adopted sheets, slots, events.
import { LitElement, css, html, render, svg } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';
import { styleMap } from 'lit/directives/style-map.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { until as later } from 'lit/directives/until.js';

const { came, seen, until, run, styles } = window.kit;

class FaxList extends LitElement {
  static properties = { faxes: { type: Array }, picture: {}, open: { type: Boolean, reflect: true } };
  static styles = css`:host { display: block } .item { color: rgb(7, 8, 9); background-image: url(dot.png) } ::slotted(b) { color: rgb(9, 9, 9) }`;
  constructor() {
    super();
    this.faxes = [1, 2];
    this.picture = 'dot.png';
  }
  connectedCallback() {
    super.connectedCallback();
    seen('connected');
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    seen('disconnected');
  }
  attributeChangedCallback(...args) {
    super.attributeChangedCallback(...args);
    seen('attribute', ...args.slice(0, 3));
  }
  updated(changed) {
    seen('updated', [...changed.keys()].sort());
  }
  render() {
    return html`<slot></slot><ul>${repeat(this.faxes, (fax) => fax, (fax) => html`<li class=${classMap({ item: true, even: fax % 2 === 0 })}>${fax}</li>`)}</ul>
      <img src=${this.picture} alt="" @load=${() => came('picture', this.picture)}><p style=${styleMap({ backgroundImage: 'url(marker.png)', width: '9px' })}>styled</p>
      ${unsafeHTML('<i onclick="seen(\'inline handler\')">given</i>')} ${later(fetch('items.json').then((answer) => answer.json()).then((items) => items.length), 'waits')}
      <svg width="9" height="9">${svg`<image href=${'tile.png'} width="9" height="9"></image>`}</svg>
      <button @click=${() => { this.open = !this.open; this.faxes = [3, 2, 1]; this.picture = 'marker.png'; }}>more</button>`;
  }
}
customElements.define('fax-list', FaxList);

void run(async () => {
  document.body.insertAdjacentHTML('beforeend', '<fax-list open><b>slotted</b></fax-list>');
  const list = document.querySelector('fax-list');
  await list.updateComplete;
  await until(() => window.kit.outcome.came.includes('picture dot.png'), 'the picture');
  list.shadowRoot.querySelector('button').click();
  list.shadowRoot.querySelector('i').click();
  await list.updateComplete;
  await until(() => window.kit.outcome.came.includes('picture marker.png') && !list.shadowRoot.textContent.includes('waits'), 'the update');
  render(html`<p>outside ${[1, 2].map((n) => html`<b>${n}</b>`)}</p>`, document.querySelector('#outside'));
  const result = {
    computed: styles(list.shadowRoot.querySelector('.item'), 'color', 'backgroundImage'), slotted: styles('b', 'color'), styled: styles(list.shadowRoot.querySelector('p'), 'backgroundImage', 'width'),
    open: list.open, sheets: list.shadowRoot.adoptedStyleSheets.length,
  };
  document.querySelector('#outside').append(list);
  await list.updateComplete;
  return result;
});
