// Scripts that run before a page's own, to make a browser look like the visitor a test asks for.

/** What a browser that has the signal offers; Chromium 156 sends nothing of its own. */
export const GPC_SCRIPT =
  "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true, configurable: true, enumerable: true });";

/** navigator.language and navigator.languages as of a visitor who reads this language. @param {string} language */
export function languageScript(language) {
  const value = JSON.stringify(language);
  return `Object.defineProperties(Navigator.prototype, {
    language: { get: () => ${value}, configurable: true }, languages: { get: () => [${value}], configurable: true } });`;
}
