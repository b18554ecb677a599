/** The commands by name, and how to use them. */
import { doctor } from './doctor.ts'
import { exportSignals } from './export.ts'
import { finviz } from './finviz.ts'
import { migrateOnly } from './migrate.ts'
import { replay } from './replay.ts'
import { startCommand } from './start.ts'
import { token } from './token.ts'
import { user } from './user.ts'
import { UsageError } from './terminal.ts'

/** Gives the exit code: 0 well, 1 failed, 2 used wrongly. */
export type Command = (args: string[]) => Promise<number>

const COMMANDS: Record<string, { run: Command; usage: string }> = {
  start: { run: startCommand, usage: 'start [--roles gateway,deliverer]       run Signalbox' },
  migrate: {
    run: migrateOnly,
    usage: 'migrate                                bring the database up to date, then stop',
  },
  doctor: {
    run: doctor,
    usage: 'doctor [--free-ballast]                what is in force, from where, and what looks wrong',
  },
  replay: {
    run: replay,
    usage: 'replay FILE [--rate N] [--url URL] [--key K]   post a recorded file of signals',
  },
  token: { run: token, usage: 'token make NAME | list | revoke ID     webhook keys' },
  user: {
    run: user,
    usage: 'user add EMAIL [--role R] | list | reset EMAIL | role EMAIL R | disable EMAIL | enable EMAIL',
  },
  finviz: { run: finviz, usage: 'finviz show | set k=v ... | refresh | pause | resume   the screener' },
  export: { run: exportSignals, usage: 'export FILE.csv|FILE.ndjson            the audit trail' },
}

export async function runCommand([name, ...args]: string[]): Promise<number> {
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    const wanted = name === undefined || /^(help|-h|--help)$/.test(name)
    const text = [
      'signalbox <command>',
      '',
      ...Object.values(COMMANDS).map(({ usage }) => `  ${usage}`),
      '',
    ].join('\n')
    ;(wanted ? process.stdout : process.stderr).write(
      wanted ? text : `There is no command "${name}".\n\n${text}`,
    )
    return wanted ? 0 : 2
  }
  try {
    return await command.run(args)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const misused = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS') === true
    process.stderr.write(`${message}\n${misused ? `usage: signalbox ${command.usage}\n` : ''}`)
    return misused ? 2 : 1
  }
}
