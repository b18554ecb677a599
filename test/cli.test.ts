/** The command line as a person meets it: processes of its own, their words and their exit codes. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, freshStore, openScreener, startProgram } from './stage.ts'
import type { Program } from './stage.ts'

const SECRET_URL = 'https://hooks.example/hunter2/very-secret-path?password=hunter2'

let store: Awaited<ReturnType<typeof freshStore>>
let screener: Awaited<ReturnType<typeof openScreener>>
let program: Program
let folder: string

interface Said {
  code: number
  out: string
  err: string
}

/** Runs one command with the settings of the running program. */
function signalbox(args: string[], env: Record<string, string> = {}): Promise<Said> {
  const { port, hostname } = new URL(program.url)
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['src/cli.ts', ...args],
      {
        cwd: join(import.meta.dirname, '..'),
        env: {
          PATH: process.env['PATH'] ?? '',
          ...store.env,
          HOST: hostname,
          PORT: port,
          ADMIN_TOKEN,
          FINVIZ_UPDATE_TOKEN: ADMIN_TOKEN,
          ...env,
        },
      },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    )
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-cli-'))
  store = await freshStore()
  screener = await openScreener(['AAPL', 'MSFT'])
  program = await startProgram({ ...store.env, FINVIZ_URL: screener.url, FINVIZ_REFRESH_SEC: '1' })
})

afterAll(async () => {
  await program?.stop()
  await screener?.close()
  await store?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('signalbox', () => {
  it('lists its commands when asked, and when it is asked for one that is not there', async () => {
    const [help, unknown] = await Promise.all([signalbox(['--help']), signalbox(['fly'])])
    expect([help.code, unknown.code]).toEqual([0, 2])
    for (const name of ['start', 'migrate', 'doctor', 'replay', 'token', 'user', 'finviz', 'export'])
      expect(help.out).toMatch(new RegExp(`^  ${name} `, 'm'))
    expect(unknown.err).toMatch(/^There is no command "fly"/)
  })

  it.each([
    [['token', 'burn'], 'Say make, list or revoke.'],
    [['replay'], 'Name one file'],
    [['replay', 'x', '--rate', 'fast'], 'a rate above 0'],
    [['export', 'trail.pdf'], 'ends in .csv or .ndjson'],
    [['finviz', 'set', 'top_n'], '"top_n" is not name=value.'],
    [['start', '--speed', '9'], '--speed'],
  ])('%j is answered with how to use it', async (args, words) => {
    const { code, err } = await signalbox(args)
    expect(code).toBe(2)
    expect(err).toContain(words)
    expect(err).toContain(`usage: signalbox ${args[0]}`)
  })

  it('refuses to start on a bad setting, and says each fault in a line, with what would be right', async () => {
    const { code, err } = await signalbox(['start'], {
      TOP_N: 'many',
      LOG_LEVEL: 'loud',
      DEST_WEBHOOK_URL: 'nowhere',
    })
    expect(code).not.toBe(0)
    for (const name of ['TOP_N', 'LOG_LEVEL', 'DEST_WEBHOOK_URL'])
      expect(err.split('\n').filter((line) => line.startsWith(`${name}: `))).toHaveLength(1)
  })
})

describe('signalbox doctor', () => {
  it('says what is in force and from where, and shows no secret', async () => {
    const { out, err } = await signalbox(['doctor'], { DEST_WEBHOOK_URL: SECRET_URL, TOP_N: '7' })
    expect(out).toMatch(/TOP_N\s+7/)
    for (const text of [out, err]) {
      expect(text).not.toContain('hunter2')
      expect(text).not.toContain('very-secret-path')
      expect(text).not.toContain(ADMIN_TOKEN)
    }
  })

  it('knows a misspelt setting by its likely name', async () => {
    const { out, err } = await signalbox(['doctor'], { DEST_WEBHOK_URL: 'https://hooks.example' })
    expect(out + err).toMatch(/DEST_WEBHOK_URL.*DEST_WEBHOOK_URL/)
  })
})

describe('signalbox token', () => {
  it('makes a key that lets a sender in, lists it without showing it, and revokes it', async () => {
    const made = await signalbox(['token', 'make', 'from', 'the', 'terminal'])
    const token = /sbx_\S+/.exec(made.out)![0]
    const sent = () =>
      fetch(`${program.url}/webhook/in`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ticker: 'AAPL', side: 'BUY', price: 1 }),
      })
    expect((await sent()).status).toBe(202)
    const listed = await signalbox(['token', 'list'])
    expect(listed.out).toContain('from the terminal')
    expect(listed.out).not.toContain(token)
    const id = listed.out
      .split('\n')
      .find((line) => line.includes('from the terminal'))!
      .slice(0, 36)
    expect((await signalbox(['token', 'revoke', id])).out).toBe('Revoked.\n')
    expect((await sent()).status).toBe(401)
    expect((await signalbox(['token', 'revoke', id])).code).toBe(1)
  })

  it('says who is missing when no Signalbox runs, and what to do when the token is wrong', async () => {
    const away = await signalbox(['token', 'list'], { PORT: '1' })
    expect([away.code, away.err.trim().split('\n').length]).toEqual([1, 1])
    const wrong = await signalbox(['token', 'list'], { ADMIN_TOKEN: 'not-the-right-one-0000' })
    expect(wrong.code).toBe(1)
    expect(wrong.err).not.toContain('not-the-right-one-0000')
  })
})

describe('signalbox replay and export', () => {
  it('posts a recorded file, counts the answers, and gives the trail back as CSV and NDJSON', async () => {
    const file = join(folder, 'signals.ndjson')
    const lines = ['AAPL', 'MSFT', 'ZZZZ'].map((ticker, i) =>
      JSON.stringify({ ticker, side: 'BUY', price: 2, id: `cli-${i}` }),
    )
    await writeFile(file, [...lines, 'this is no signal', ''].join('\n'))
    const key = /sbx_\S+/.exec((await signalbox(['token', 'make', 'replayer'])).out)![0]
    const replayed = await signalbox(['replay', file, '--rate', '200', '--key', key])
    expect(replayed.code).toBe(0)
    expect(replayed.out).toMatch(/^202 approved in-ranking: 2$/m)
    expect(replayed.out).toMatch(/^202 rejected not-in-ranking: 1$/m)
    expect(replayed.out).toMatch(/^400 \S+: 1$/m)
    for (const name of ['trail.csv', 'trail.ndjson'])
      expect(await signalbox(['export', join(folder, name)])).toMatchObject({ code: 0 })
    const csv = (await readFile(join(folder, 'trail.csv'), 'utf8')).trim().split('\r\n')
    const ndjson = (await readFile(join(folder, 'trail.ndjson'), 'utf8')).trim().split('\n')
    expect(csv.length - 1).toBe(ndjson.length)
    const tickers = ndjson.map((line) => (JSON.parse(line) as { ticker: string }).ticker)
    expect(tickers).toEqual(expect.arrayContaining(['AAPL', 'MSFT', 'ZZZZ']))
  })
})

describe('signalbox finviz', () => {
  it('shows, changes, pauses and resumes the screener of the running program', async () => {
    const shown = async () => JSON.parse((await signalbox(['finviz', 'show'])).out) as Record<string, unknown>
    expect(await shown()).toMatchObject({ top_n: 15 })
    expect((await signalbox(['finviz', 'set', 'top_n=1'])).code).toBe(0)
    expect(await shown()).toMatchObject({ top_n: 1 })
    for (const verb of ['pause', 'resume', 'refresh'])
      expect((await signalbox(['finviz', verb])).code).toBe(0)
    expect((await signalbox(['finviz', 'set', 'top_n=-1'])).code).toBe(1)
  })
})

describe('signalbox user', () => {
  it('invites, lists, changes and disables, and prints a link once', async () => {
    const added = await signalbox(['user', 'add', 'grace@example.com', '--role', 'operator'])
    expect(added.out).toMatch(/\/welcome#sbx_invitation_\S+\n$/)
    expect((await signalbox(['user', 'list'])).out).toMatch(/operator +free +invited +grace@example\.com/)
    expect((await signalbox(['user', 'role', 'grace@example.com', 'viewer'])).out).toContain('viewer, active')
    expect((await signalbox(['user', 'disable', 'Grace@Example.com'])).out).toContain('viewer, disabled')
    const nobody = await signalbox(['user', 'reset', 'nobody@example.com'])
    expect([nobody.code, nobody.err]).toEqual([1, 'There is no user nobody@example.com.\n'])
    expect((await signalbox(['user', 'add', 'x@example.com', '--role', 'king'])).code).toBe(1)
  })
})

describe('signalbox migrate', () => {
  it('brings an empty database up to date, once, whoever comes first', async () => {
    const database = await freshStore()
    const folder = { DATA_DIR: database.env['DATA_DIR']!, ...database.env }
    const first = await signalbox(['migrate'], folder)
    expect(first.out).toMatch(/^(Applied: |The database is up to date)/)
    expect((await signalbox(['migrate'], folder)).out).toBe('The database is up to date.\n')
    await database.close()
  })
})
