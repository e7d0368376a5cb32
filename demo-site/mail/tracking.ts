// The purposes that the page behind a mail's /t is about, with their words: the same in Node and at the edge.
import type { MailRoutesOptions } from '@metrofax/consent/server/mail';

type Words = MailRoutesOptions['tracking'][number]['words'];

const TRACKING = ['email-open', 'email-click', 'email-aggregate', 'email-deliverability'];

/** @param words names and descriptions of purposes, by language: the SDK's purposes.json. @throws where one of them has none */
export function trackingOf(words: Readonly<Record<string, Words>>): MailRoutesOptions['tracking'] {
  return TRACKING.map((id) => {
    const said = words[id];
    if (!said) throw new Error(`nobody says what ${id} is`);
    return { id, words: said };
  });
}
