// `metrofax-consent lint-email FILE…`: for the terminal and for CI. Exit codes: 0 clean, 1 something found, 2 cannot be read.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { nodeMailGate } from './node-gate.js'
import { lintEmail, type Finding } from './lint.js'

const USAGE = `usage: metrofax-consent lint-email [--json] [--clean] [--class promotional] [--policy policy.bin] FILE...

  --json           one JSON object: {"files": [{"file", "findings": [{severity, line, column, rule, message}]}], "errors", "warnings"}
  --clean          the mail must fetch nothing at all
  --class CLASS    promotional and abandoned-registration mail needs a way out
  --policy FILE    a compiled policy; default: the one the package was built with
  FILE             HTML or a template; - is the standard input
`

/** Runs the command; the exit code. out, err: where text goes. */
export function lintCommand(args: string[], out: (text: string) => void, err: (text: string) => void): number {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        clean: { type: 'boolean', default: false },
        class: { type: 'string', default: '' },
        policy: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    err(`${(error as Error).message}\n${USAGE}`)
    return 2
  }
  const { values, positionals } = parsed
  if (values.help) {
    out(USAGE)
    return 0
  }
  if (positionals.length === 0) {
    err(USAGE)
    return 2
  }
  const promotional = ['promotional', 'abandoned-registration'].includes(values.class)
  let unreadable = 0
  const files: { file: string; findings: Finding[] }[] = []
  try {
    const gate = nodeMailGate(values.policy === undefined ? undefined : readFileSync(values.policy))
    for (const file of positionals) {
      try {
        const html = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file))
        files.push({ file, findings: lintEmail(html, gate, { clean: values.clean, promotional }) })
      } catch (error) {
        err(`${file}: ${(error as Error).message}\n`)
        ++unreadable
      }
    }
  } catch (error) {
    err(`${(error as Error).message}\n`)
    return 2
  }
  const all = files.flatMap(({ findings }) => findings)
  const errors = all.filter(({ severity }) => severity === 'error').length
  if (values.json) {
    out(`${JSON.stringify({ files, errors, warnings: all.length - errors })}\n`)
  } else {
    for (const { file, findings } of files) {
      for (const { line, column, severity, rule, message } of findings) out(`${file}:${line}:${column}: ${severity}: ${message} [${rule}]\n`)
    }
    err(`${files.length} file${files.length === 1 ? '' : 's'}: ${errors} error${errors === 1 ? '' : 's'}, ${all.length - errors} warnings\n`)
  }
  return unreadable ? 2 : errors ? 1 : 0
}
