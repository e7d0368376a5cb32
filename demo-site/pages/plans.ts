/** A plan as the pages show it. */
export interface Plan {
  /** As the registration form sends it. */
  readonly id: 'local' | 'express' | 'network';
  readonly name: string;
  /** Dollars a month. */
  readonly price: number;
  /** Pages a month, sent and received together. */
  readonly pages: number;
  /** Cents for each further page. */
  readonly extra: number;
  readonly line: string;
  readonly numbers: number;
  readonly inboxes: string;
  readonly archive: string;
}

export const plans: readonly Plan[] = [
  {
    id: 'local', name: 'Local', price: 9, pages: 300, extra: 5, line: 'For the desk that still gets a fax now and then.',
    numbers: 1, inboxes: '1', archive: '1 year',
  },
  {
    id: 'express', name: 'Express', price: 19, pages: 1000, extra: 4, line: 'For the office that faxes every day.',
    numbers: 2, inboxes: '5', archive: '3 years',
  },
  {
    id: 'network', name: 'Network', price: 45, pages: 3000, extra: 3, line: 'For several desks, branches or practices.',
    numbers: 10, inboxes: 'Any number', archive: '7 years',
  },
];

/** 3000 as "3,000". */
export const count = (value: number): string => value.toLocaleString('en-US');
