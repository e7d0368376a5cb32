/** What a test may ask of a browser, the same in all three. */

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** Where a test's servers listen on this machine. */
export interface Ports {
  http: number;
  https: number;
}

export interface OpenOptions {
  /**
   * Brings every host name (localhost apart) to these ports of this machine, with any certificate: pages of names that only
   * the test knows. Not together with `headers`, `init` or `language` in Chromium and Firefox, which need no proxy for them.
   */
  hosts?: Ports;
  /** Request headers added to everything this visitor's browser sends. `Sec-GPC: 1` also sets navigator.globalPrivacyControl. */
  headers?: Record<string, string>;
  /** Source of a script that runs before any of the page's own, in every frame.  */
  init?: string;
  /** false: the visitor has scripts switched off; evaluate() still works. */
  javaScript?: boolean;
  colorScheme?: 'light' | 'dark';
  reducedMotion?: boolean;
  /** CSS pixels; 1280 x 800 unless told. */
  viewport?: { width: number; height: number };
  /** Milliseconds before waitFor, goto and friends give up; 15,000 unless told. */
  timeout?: number;
  /** navigator.languages and Accept-Language, as in 'fr'. */
  language?: string;
}

export type Script<A extends unknown[], R> = string | ((...args: A) => R);

export interface Page {
  readonly browser: BrowserName;
  /** Uncaught exceptions of the page as text, oldest first. WebKit: none are seen, the list stays empty. */
  readonly errors: string[];
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  url(): Promise<string>;
  /** Runs in the page's main world, awaits a promise, returns JSON-like data. A string is an expression. */
  evaluate<A extends unknown[], R>(script: Script<A, R>, ...args: A): Promise<Awaited<R>>;
  /** Resolves with the first truthy value of `script`; fails after the page's timeout, quoting the script. */
  waitFor<A extends unknown[], R>(script: Script<A, R>, ...args: A): Promise<Awaited<R>>;
  /** Waits for the element (selectors reach into open shadow roots), scrolls it into view, clicks its middle with a mouse. */
  click(selector: string): Promise<void>;
  /** Moves keyboard focus to the element. */
  focus(selector: string): Promise<void>;
  /** Key names of the UI Events spec: 'Tab', 'Enter', 'Escape', 'ArrowDown', ' '; 'Shift+Tab'. */
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  /** Is the element there, with a box, and not hidden? */
  visible(selector: string): Promise<boolean>;
  waitVisible(selector: string): Promise<void>;
  waitHidden(selector: string): Promise<void>;
  /** Text of the element as rendered; '' when it is not there. */
  text(selector: string): Promise<string>;
  /** How many elements fit, shadow roots included. */
  count(selector: string): Promise<number>;
  screenshot(file: string, options?: { fullPage?: boolean }): Promise<void>;
  viewport(width: number, height: number): Promise<void>;
  /** Another tab of the same visitor. */
  newTab(url: string): Promise<Page>;
  /** Cookies of the current document's site, HttpOnly ones included. */
  cookies(): Promise<{ name: string; value: string; domain: string; httpOnly: boolean; expires: number | null }[]>;
  /** axe-core on the whole document (shadow roots included): violations as readable lines, none when all is well. */
  axe(context?: string): Promise<string[]>;
  close(): Promise<void>;
}
