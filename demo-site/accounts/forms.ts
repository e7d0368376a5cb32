/** What somebody typed, as sent: the first value of each field, trimmed, never longer than `longest`. */
export type Values = Readonly<Record<string, string>>;

/** What is wrong, by field name; empty when all is well. */
export type Problems = Readonly<Record<string, string>>;

const longest = 2000;

/**
 * Reads a posted form. Files, repeated fields and unknown names are ignored; a field that is not there is empty.
 * Control characters other than line breaks are removed: none of our fields has a use for them.
 */
export function readForm(data: FormData, names: readonly string[]): Values {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = data.get(name);
    const text = typeof value === 'string' ? value : '';
    values[name] = text.slice(0, longest).replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '').trim();
  }
  return values;
}

/** Secrets are taken exactly as typed, whatever characters they have. */
export function readSecret(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}

/** Fields of the registration form; required ones are what registration.contact names. */
export const registrationFields = [
  'name', 'phone', 'email', 'jobTitle', 'industry', 'plan', 'age', 'cardNumber', 'cardExpiry', 'offers',
] as const;

export const plans = ['local', 'express', 'network'] as const;
export const industries = [
  'Accounting', 'Construction', 'Education', 'Government', 'Health care', 'Insurance', 'Legal', 'Logistics', 'Manufacturing',
  'Property', 'Other',
] as const;
export const ages = ['under13', '13to17', '18plus'] as const;

const emailShape = /^[^\s@"<>()[\]\\,;:]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;

/** E-mail addresses are compared without regard to case. */
export const normalEmail = (text: string): string => text.toLowerCase();

function checkEmail(text: string): string | null {
  if (text === '') return 'Enter your e-mail address.';
  return emailShape.test(text) && text.length <= 254 ? null : 'Enter an e-mail address like name@example.com.';
}

function checkName(text: string): string | null {
  if (text === '') return 'Enter your name.';
  return text.length <= 100 ? null : 'Use at most 100 characters.';
}

function checkPhone(text: string): string | null {
  if (text === '') return 'Enter your phone number.';
  const digits = text.replace(/[\s().+-]/g, '');
  return /^\d{7,15}$/.test(digits) ? null : 'Enter a phone number with 7 to 15 digits, for example +1 312 555 0142.';
}

const oneOf = (text: string, list: readonly string[]): boolean => list.includes(text);

/** Luhn's check digit, which every payment card number carries. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** The digits of a card number without the spaces and dashes people type. */
export const cardDigits = (text: string): string => text.replace(/[\s-]/g, '');

function checkCard(number: string, expiry: string, now: Date): Record<string, string> {
  const problems: Record<string, string> = {};
  if (number === '' && expiry === '') return problems;
  const digits = cardDigits(number);
  if (!/^\d{12,19}$/.test(digits) || !hasCheckDigit(digits)) problems['cardNumber'] = 'This is not a card number. Check the digits.';
  const [, month, year] = /^(0[1-9]|1[0-2])\/(\d\d)$/.exec(expiry) ?? [];
  if (!month || !year) problems['cardExpiry'] = 'Enter the expiry as MM/YY.';
  else if (new Date(Date.UTC(2000 + Number(year), Number(month), 1)) <= now) problems['cardExpiry'] = 'This card has expired.';
  return problems;
}

const withoutNull = (problems: Record<string, string | null>): Problems =>
  Object.fromEntries(Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== null));

/** Checks a registration. `now` decides whether a card has expired. */
export function checkRegistration(values: Values, password: string, now: Date): Problems {
  return withoutNull({
    name: checkName(values['name'] ?? ''),
    phone: checkPhone(values['phone'] ?? ''),
    email: checkEmail(values['email'] ?? ''),
    password: checkPassword(password),
    age: oneOf(values['age'] ?? '', ages) ? null : 'Choose your age group.',
    plan: oneOf(values['plan'] ?? '', plans) ? null : 'Choose a plan.',
    industry: values['industry'] === '' || oneOf(values['industry'] ?? '', industries) ? null : 'Choose from the list.',
    jobTitle: (values['jobTitle'] ?? '').length <= 100 ? null : 'Use at most 100 characters.',
    ...checkCard(values['cardNumber'] ?? '', values['cardExpiry'] ?? '', now),
  });
}

/** NIST SP 800-63B: length, no composition rules; the upper bound keeps hashing cheap. */
export function checkPassword(password: string): string | null {
  if (password.length < 10) return 'Use at least 10 characters.';
  return password.length <= 200 ? null : 'Use at most 200 characters.';
}

/** Checks the request for a sample fax. */
export function checkTestDrive(values: Values): Problems {
  const message = values['message'] ?? '';
  return withoutNull({
    name: checkName(values['name'] ?? ''),
    email: checkEmail(values['email'] ?? ''),
    message: message.length <= 600 ? null : 'Use at most 600 characters.',
  });
}

/** Checks what a signed-in person changes. */
export function checkProfile(values: Values): Problems {
  return withoutNull({
    name: checkName(values['name'] ?? ''),
    phone: checkPhone(values['phone'] ?? ''),
    industry: values['industry'] === '' || oneOf(values['industry'] ?? '', industries) ? null : 'Choose from the list.',
    jobTitle: (values['jobTitle'] ?? '').length <= 100 ? null : 'Use at most 100 characters.',
  });
}

/** How often the survey's machine is used. */
export const habits = ['Every day', 'Every week', 'Now and then', 'Never'] as const;
export const eventFields = ['name', 'email', 'age', 'habit', 'comment', 'share'] as const;

/** Checks an answer to the survey, or an entry in the draw. A name is asked for only where something is done with it. */
export function checkEvent(kind: 'survey' | 'sweepstakes', values: Values): Problems {
  const named = kind === 'sweepstakes' || values['share'] === 'yes' || values['name'] !== '';
  return withoutNull({
    name: named ? checkName(values['name'] ?? '') : null,
    email: kind === 'sweepstakes' ? checkEmail(values['email'] ?? '') : null,
    habit: kind === 'sweepstakes' || oneOf(values['habit'] ?? '', habits) ? null : 'Choose from the list.',
    comment: (values['comment'] ?? '').length <= 600 ? null : 'Use at most 600 characters.',
    age: oneOf(values['age'] ?? '', ages) ? null : 'Choose your age group.',
  });
}
