#!/usr/bin/env node
// metrofax-consent: the package's commands for the terminal and for CI.
import { lintCommand } from './email/lint-command.js'

const COMMANDS: Readonly<Record<string, (args: string[], out: (text: string) => void, err: (text: string) => void) => number>> = {
  'lint-email': lintCommand,
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
if (command) {
  process.exitCode = command(args, (text) => process.stdout.write(text), (text) => process.stderr.write(text))
} else {
  process.stderr.write(`usage: metrofax-consent COMMAND …\n\n  ${Object.keys(COMMANDS).join('\n  ')}\n`)
  process.exitCode = 2
}
