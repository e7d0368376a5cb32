// The mails of the demo, in Handlebars: one frame, seven contents. What may be counted in them is the helpers' answer.

/** Classes of mail that the demo sends; news of the policy is a service message. */
export const classes = ['test-drive', 'promotional', 'service', 'welcome', 'referral', 'abandoned-registration', 'policy-change'] as const;
export type MailClass = (typeof classes)[number];

interface Content {
  readonly subject: string;
  readonly title: string;
  /** Handlebars, inside the frame. */
  readonly body: string;
  readonly text: string;
}

const button = (target: string, label: string): string =>
  `<p style="margin:24px 0"><a href="{{consentLink "${target}"}}" style="background:#ffd21f;color:#14181f;padding:12px 20px;text-decoration:none;font-weight:bold;display:inline-block">${label}</a></p>`;

const contents: Readonly<Record<MailClass, (site: string) => Content>> = {
  'test-drive': (site) => ({
    subject: 'Your sample fax from MetroFax',
    title: 'Your sheet went through.',
    body: `<p>Hello {{name}}, this is the sample fax you asked for:</p><pre style="background:#f4f1e6;padding:16px;white-space:pre-wrap;font-family:monospace">{{message}}</pre>${button(`${site}/register`, 'Get your own number')}`,
    text: 'Hello {{{name}}}, this is the sample fax you asked for:\n\n{{{message}}}\n',
  }),
  promotional: (site) => ({
    subject: 'Three months of MetroFax for two',
    title: 'Three months for the price of two.',
    body: `<p>Hello {{name}}, until the end of the month the third month is on us.</p>${button(`${site}/pricing`, 'See the plans')}`,
    text: 'Hello {{{name}}}, until the end of the month the third month is on us.\n',
  }),
  service: (site) => ({
    subject: 'Maintenance on Sunday night',
    title: 'Maintenance on Sunday, 02:00 to 03:00.',
    body: `<p>Hello {{name}}, faxes sent to you in that hour arrive after it.</p>${button(`${site}/account`, 'Your account')}`,
    text: 'Hello {{{name}}}, faxes sent to you on Sunday between 02:00 and 03:00 arrive after that.\n',
  }),
  welcome: (site) => ({
    subject: 'Welcome to MetroFax',
    title: 'Your number is on the line.',
    body: `<p>Hello {{name}}, everything is set up. Sign in with the password you chose; nobody else knows it.</p>${button(`${site}/sign-in`, 'Sign in')}`,
    text: 'Hello {{{name}}}, everything is set up. Sign in with the password you chose; nobody else knows it.\n',
  }),
  referral: (site) => ({
    subject: 'A friend thought of you',
    title: 'A friend thought of you.',
    body: `<p>Somebody who uses MetroFax gave us your address for this one mail. We write no second one and keep the address for nothing else.</p>${button(`${site}/`, 'What MetroFax is')}`,
    text: 'Somebody who uses MetroFax gave us your address for this one mail. We write no second one.\n',
  }),
  'abandoned-registration': (site) => ({
    subject: 'You were almost there',
    title: 'You were almost there.',
    body: `<p>Hello {{name}}, your registration is not finished. If something was in the way, answer this mail.</p>${button(`${site}/register`, 'Finish it')}`,
    text: 'Hello {{{name}}}, your registration is not finished. If something was in the way, answer this mail.\n',
  }),
  // changes.material, changes.deactivated: what changes, what waits, and that nobody need do anything.
  'policy-change': (site) => ({
    subject: 'Our privacy policy changes: what is new, and what waits for you',
    title: 'Our privacy policy changes.',
    body: `<p>Hello {{name}}, we want to use some data in a new way. It waits until you choose; until then everything goes on as you chose it. If you do nothing, nothing new happens.</p>${button(`${site}/changes`, 'What is new, and what waits')}`,
    text: `Hello {{{name}}}, we want to use some data in a new way. It waits until you choose; until then everything goes on as you chose it. If you do nothing, nothing new happens.\n\n${site}/changes\n`,
  }),
};

/** Subject, HTML and plain text of a class, as Handlebars. */
export function templateOf(of: MailClass, site: string): { subject: string; html: string; text: string } {
  const { subject, title, body, text } = contents[of](site);
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${subject}</title></head>
<body style="margin:0;background:#e9ebee;font-family:Arial,Helvetica,sans-serif;color:#14181f;line-height:1.5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff"><tr><td style="background:#14181f;color:#ffd21f;padding:14px 28px;font-weight:bold;letter-spacing:1px">METROFAX</td></tr>
<tr><td style="padding:28px"><h1 style="font-size:24px;line-height:1.2;margin:0 0 16px">${title}</h1>${body}</td></tr>
<tr><td style="padding:16px 28px 24px;border-top:1px solid #d6d9de;font-size:13px;color:#4a5260">{{#if promotional}}<a href="{{unsubscribeUrl}}" style="color:#0b5cad">No more offers</a> &nbsp; {{/if}}<a href="{{trackingUrl}}" style="color:#0b5cad">E-mail choices: stop the tracking alone</a></td></tr></table>
</td></tr></table>{{consentPixel}}</body></html>`;
  const ways = '\n--\n{{#if promotional}}No more offers: {{unsubscribeUrl}}\n{{/if}}Stop the tracking alone: {{trackingUrl}}\n';
  return { subject, html, text: text + ways };
}
