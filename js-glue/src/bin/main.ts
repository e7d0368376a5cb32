// metrofax-consent: the command of the npm package.
import { readFileSync } from 'node:fs'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'

import { lintCommand } from '../email/lint-command.js'
import { createStaticProtection } from '../server/static.js'

interface ProtectArguments {
  readonly url: string
  readonly policy: string
  readonly script: string
  readonly regime?: string
  readonly check?: boolean
}

const PAGE = /\.html?$/i

async function pagesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && PAGE.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort()
}

/** The address of a page in a folder: index.html is the folder's own. */
const addressOf = (base: string, folder: string, file: string): string =>
  new URL(relative(folder, file).split(sep).map(encodeURIComponent).join('/').replace(/(^|\/)index\.html?$/i, '$1'), base).href

async function protect(folder: string, { url, policy, script, regime, check }: ProtectArguments): Promise<number> {
  const protectPage = createStaticProtection({ policy: await readFile(policy), script, facts: { regime }, note: (error) => { console.error(String(error)) } })
  const pages = await pagesIn(resolve(folder))
  if (pages.length === 0) throw new Error(`${folder}: no .html files`)
  let failed = 0
  let changed = 0
  // Every page first, then every file: a folder is never left half protected.
  const results: [string, string][] = []
  for (const file of pages) {
    try {
      const before = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
      if (before.includes('data-mf-protected')) continue
      const after = (await protectPage(before, addressOf(url, resolve(folder), file))).replace(/<meta http-equiv="Content-Security-Policy" /, '$&data-mf-protected ')
      results.push([file, after])
      changed += 1
    } catch (error) {
      failed += 1
      console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (failed === 0 && !check) for (const [file, text] of results) await writeFile(file, text)
  console.log(`${changed} of ${pages.length} pages ${check ? 'would be' : failed ? 'could be' : ''} protected`.replace('  ', ' ') + (failed ? `, ${failed} not: nothing was written` : ''))
  return failed > 0 || (check && changed > 0) ? 1 : 0
}

const address = (text: string): string => {
  if (!/^https?:\/\/[^/]+/.test(text) || !URL.canParse(text)) throw new InvalidArgumentError('expected an http or https address')
  return text.endsWith('/') ? text : `${text}/`
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const program = new Command('metrofax-consent').exitOverride().description('Consent that is enforced, for sites without a server of their own.').version(version)
program
  .command('protect')
  .exitOverride()
  .description('hold third parties in the pages of a built site until the visitor consents')
  .argument('<folder>', 'the built site, or one page')
  .requiredOption('--url <address>', 'where the site will be: its pages must be the policy’s own', address)
  .option('--policy <file>', 'a compiled policy', new URL('./policy.bin', import.meta.url).pathname)
  .option('--script <address>', 'where consent.js will be', '/consent.js')
  .option('--regime <id>', 'the regime of the visitors; the strict one unless told')
  .option('--check', 'write nothing; 1 if a page is not protected yet')
  .action(async (folder: string, options: ProtectArguments) => {
    process.exitCode = await protect(folder, options)
  })

program.command('lint-email').description('find pixels, hidden pictures and missing ways out in mails and their templates; --help says more').argument('<file...>', 'HTML')

try {
  // The linter reads its own arguments: what is wrong with them is told in its words, with its exit codes.
  if (process.argv[2] === 'lint-email') {
    process.exitCode = lintCommand(process.argv.slice(3), (text) => process.stdout.write(text), (text) => process.stderr.write(text))
  } else {
    await program.parseAsync()
  }
} catch (error) {
  // Commander has said what is wrong with the command line, or shown its help; bad input is 2 in every command here.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
  console.error(`metrofax-consent: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
