// Names for the pixels of well-known sending services, so that a finding can say whose it is. Decides nothing: what is not in the
// policy is refused, named here or not.
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)list-manage\.com$/, 'Mailchimp'],
  [/(^|\.)mandrillapp\.com$/, 'Mandrill'],
  [/(^|\.)sendgrid\.net$/, 'SendGrid'],
  [/(^|\.)mailgun\.(org|net)$/, 'Mailgun'],
  [/(^|\.)hubspot(email|links\w*)?\.(com|net)$/, 'HubSpot'],
  [/(^|\.)hs-(analytics|sites)\.(net|com)$/, 'HubSpot'],
  [/(^|\.)mjt\.lu$/, 'Mailjet'],
  [/(^|\.)mailjet\.com$/, 'Mailjet'],
  [/(^|\.)sendibm\d*\.com$/, 'Brevo'],
  [/(^|\.)awstrack\.me$/, 'Amazon SES'],
  [/(^|\.)pstmrk\.it$/, 'Postmark'],
  [/(^|\.)sparkpostmail\d*\.com$/, 'SparkPost'],
  [/(^|\.)exacttarget\.com$/, 'Salesforce Marketing Cloud'],
  [/(^|\.)pardot\.com$/, 'Pardot'],
  [/(^|\.)(mktoresp|mktomail|marketo)\.com$/, 'Marketo'],
  [/(^|\.)klaviyo(mail)?\.com$/, 'Klaviyo'],
  [/(^|\.)customeriomail\.com$/, 'Customer.io'],
  [/(^|\.)litmus(tracking)?\.com$/, 'Litmus'],
  [/(^|\.)emltrk\.com$/, 'Litmus'],
  [/(^|\.)cmail\d*\.com$/, 'Campaign Monitor'],
  [/(^|\.)createsend\d*\.com$/, 'Campaign Monitor'],
  [/(^|\.)constantcontact\.com$/, 'Constant Contact'],
  [/(^|\.)google-analytics\.com$/, 'Google Analytics'],
  [/(^|\.)doubleclick\.net$/, 'DoubleClick'],
  [/(^|\.)facebook\.com$/, 'Meta'],
  [/(^|\.)superhuman\.com$/, 'Superhuman'],
  [/(^|\.)mailtrack\.io$/, 'Mailtrack'],
  [/(^|\.)yesware\.com$/, 'Yesware'],
  [/(^|\.)bananatag\.com$/, 'Bananatag'],
]

/** The service that an address belongs to, if it is one of the well-known. */
export function serviceOf(url: string): string | undefined {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return KNOWN.find(([pattern]) => pattern.test(host))?.[1]
}
