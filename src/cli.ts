#!/usr/bin/env node
/** The command line: `signalbox <command>`; each command is a file of its own. */
import { runCommand } from './app/commands/index.ts'

process.exitCode = await runCommand(process.argv.slice(2))
