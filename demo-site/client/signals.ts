// The signals page: what only the browser knows, the gate's answer for each purpose, and what IAB's APIs say, kept up to date.
import { type Consent, onConsent } from './consent.js';

type Listener = (data: unknown, success: boolean) => void;
interface Apis {
  __tcfapi?: (command: string, version: number, callback: Listener) => void;
  __gpp?: (command: string, callback: Listener) => void;
  __uspapi?: (command: string, version: number, callback: Listener) => void;
}
interface Answers {
  readonly tcString?: string;
  readonly gdprApplies?: boolean;
  readonly uspString?: string;
  readonly pingData?: { readonly gppString: string; readonly parsedSections: unknown; readonly applicableSections: readonly number[] };
}

const put = (selector: string, text: string): void => {
  for (const element of document.querySelectorAll(selector)) element.textContent = text;
};

function say(id: string, text: string, decoded: unknown): void {
  put(`[data-string="${id}"]`, text);
  put(`[data-decoded="${id}"]`, JSON.stringify(decoded, null, 2));
}

const { __tcfapi: tcf, __gpp: gpp, __uspapi: usp } = window as Apis;
const none = 'no answer: the API is in error';

tcf?.('addEventListener', 2, (data, success) => {
  const { tcString, gdprApplies } = (data ?? {}) as Answers;
  say('tcf', success ? (tcString ?? `none: GDPR ${gdprApplies ? 'applies' : 'does not apply'}`) : none, data);
});
gpp?.('addEventListener', (event, success) => {
  const { pingData } = (event ?? {}) as Answers;
  say('gpp', success && pingData?.gppString ? pingData.gppString : none, pingData?.parsedSections);
  usp?.('getUSPData', 1, (data, fine) => say('usp', fine ? ((data as Answers).uspString ?? none) : none, data));
});

const { globalPrivacyControl: control } = navigator as { globalPrivacyControl?: boolean };
put('[data-signal="navigator"]', control === undefined ? 'not there in this browser' : String(control));
put('[data-means="navigator"]', control ? 'opted out' : 'no preference');

for (const name of ['usprivacy', 'mf_optout']) {
  const pair = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`));
  put(`[data-signal="${name}"]`, pair?.slice(name.length + 1) || 'nothing');
}

const reasons = JSON.parse(document.querySelector<HTMLElement>('[data-reasons]')?.dataset['reasons'] ?? '{}') as Record<string, string>;

function show(consent: Consent): void {
  const { state } = consent;
  put('[data-means="regime"]', state.regime ?? '');
  put('[data-signal="choice"]', state.time ? new Date(state.time * 1000).toLocaleString() : 'none');
  const granted = Object.values(state.purposes).filter((choice) => choice === 'granted').length;
  put('[data-means="choice"]', state.time ? `${granted} of ${Object.keys(state.purposes).length} purposes granted` : 'not chosen yet');
  for (const note of document.querySelectorAll<HTMLElement>('[data-gpc-note]')) note.hidden = state.gpc !== true;
  for (const chip of document.querySelectorAll<HTMLElement>('[data-verdict]')) {
    const purpose = chip.dataset['verdict'] ?? '';
    const verdict = consent.decide({ kind: 'web.request', url: location.href, purpose });
    const allowed = verdict.outcome === 'allow';
    chip.textContent = allowed ? 'allowed' : 'denied';
    chip.dataset['is'] = allowed ? 'granted' : 'denied';
    const choice = state.purposes[purpose];
    const why = allowed ? (choice === 'granted' ? 'You granted it.' : 'The law here lets it happen until you object.') : (reasons[verdict.reason] ?? verdict.reason);
    put(`[data-why="${purpose}"]`, `${why}${allowed ? '' : ` (${verdict.reason}, ${verdict.clause})`}`);
  }
}
onConsent(show);
