// dist/notice.<lang>.json: everything a visitor is told, in one language, as ui.js reads it. The facts come from the policy
// (mfconsent policy compile --notice), the words from src/ui/texts/<lang>.json.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dist, here } from './paths.mjs';

/**
 * Writes a notice for each language there is. Fails, naming every one, if a language lacks a text that English has.
 * @param {string} authored path of the policy as written @param {string} facts path of what the compiler says of it
 */
export async function buildNotices(authored, facts) {
  const folder = here('src/ui/texts');
  const policy = JSON.parse(await readFile(authored, 'utf8'));
  const notice = JSON.parse(await readFile(facts, 'utf8'));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
  const english = texts.find((text) => text.lang === 'en');
  if (!english) throw new Error(`${folder}/en.json is missing`);

  const wanted = [...Object.keys(english), ...notice.purposes.flatMap((/** @type {{ id: string }} */ { id }) =>
    [`purpose.${id}.name`, `purpose.${id}.description`])];
  const missing = texts.flatMap((text, index) =>
    [...new Set(wanted)].filter((key) => typeof text[key] !== 'string' || text[key] === '').map((key) => `${files[index]}: ${key}`));
  const strays = texts.flatMap((text, index) =>
    Object.keys(text).filter((key) => !(key in english)).map((key) => `${files[index]}: ${key} (not in en.json)`));
  if (missing.length + strays.length > 0) throw new Error(`texts to mend in ${folder}:\n  ${[...missing, ...strays].join('\n  ')}`);

  const uses = new Map(policy.purposes.map((/** @type {any} */ purpose) => [purpose.id, purpose.uses]));
  for (const text of texts) {
    await writeFile(join(dist, `notice.${text.lang}.json`), JSON.stringify(noticeIn(text, notice, uses)));
  }
  await writeFile(join(dist, 'purposes.json'), JSON.stringify(Object.fromEntries(policy.purposes.map((/** @type {{ id: string }} */ { id }) => [id, wordsOf(id, texts)]))));
}

/** What a purpose is called, by language: those too that no notice of a page shows, for pages that mail leads to.
 * @param {string} id @param {Record<string, string>[]} texts */
function wordsOf(id, texts) {
  return Object.fromEntries(texts.map((text) => [text.lang, { name: text[`purpose.${id}.name`], description: text[`purpose.${id}.description`] }]));
}

/** @param {Record<string, string>} text @param {any} notice @param {Map<string, string[]>} uses */
function noticeIn(text, notice, uses) {
  const { lang, dir, ...rest } = text;
  const reasons = Object.entries(rest).filter(([key]) => key.startsWith('reason.'));
  const others = Object.entries(rest).filter(([key]) => !/^(reason|purpose)\./.test(key));
  return {
    ...notice,
    lang,
    dir,
    texts: Object.fromEntries(others),
    purposes: notice.purposes.map((/** @type {any} */ purpose) => ({
      ...purpose,
      name: text[`purpose.${purpose.id}.name`],
      description: text[`purpose.${purpose.id}.description`],
      uses: uses.get(purpose.id) ?? [],
    })),
    reasons: Object.fromEntries(reasons.map(([key, value]) => [key.slice('reason.'.length), value])),
  };
}
