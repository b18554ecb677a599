import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeUrl } from './egress-addresses.ts'
import { parseAllowList } from './egress-networks.ts'

const NOTHING = parseAllowList([])
const verdictOf = (text: string) => {
  const judged = judgeUrl(text, NOTHING)
  return judged.verdict === 'allowed' ? 'allowed' : judged.reason
}

describe('judgeUrl', () => {
  it.each([
    ['https://example.com/path?q=1', 'allowed'],
    ['HTTPS://Example.COM', 'allowed'],
    ['http://example.com:80/', 'allowed'],
    ['http://example.com:443/', 'allowed'],
    ['https://example.com:8443/', 'allowed'],
    ['https://example.com:1024/', 'allowed'],
    ['https://example.com:65535/', 'allowed'],
    ['https://hooks.example.co.uk/a@b', 'allowed'],
    ['https://example.com/?mail=a@b', 'allowed'],
    ['https://bücher.example.com/', 'allowed'],
    ['https://my_hook.example.com/', 'allowed'],
    ['https://1.1.1.1/', 'allowed'],
    ['https://[2606:4700:4700::1111]/', 'allowed'],
    ['https://localhost.example.com/', 'allowed'],
    ['https://notlocal.com/', 'allowed'],
    ['', 'not-a-url'],
    ['example.com', 'not-a-url'],
    ['//example.com', 'not-a-url'],
    ['https:example.com', 'not-a-url'],
    ['https:/example.com', 'not-a-url'],
    ['https:///example.com', 'not-a-url'],
    ['http://425.510.425.510', 'not-a-url'],
    ['http://1.2.3.4.5', 'not-a-url'],
    ['http://example.com:99999/', 'not-a-url'],
    [' https://example.com', 'not-a-url'],
    ['https://example.com/a b', 'not-a-url'],
    ['https://example.com/a\r\nX-Evil: 1', 'not-a-url'],
    ['https://exa\tmple.com/', 'not-a-url'],
    ['https://example.com/\u0000', 'not-a-url'],
    ['https://example.com/\u0085', 'not-a-url'],
    ['https://example.com/\u2028', 'not-a-url'],
    ['https://example.com\\@127.0.0.1/', 'not-a-url'],
    ['http:\\\\127.0.0.1\\', 'not-a-url'],
    [`https://example.com/${'a'.repeat(9_000)}`, 'not-a-url'],
    ['ftp://example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://example.com:25/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['ws://example.com', 'scheme'],
    ['https://me:pw@example.com/', 'credentials'],
    ['https://me@example.com/', 'credentials'],
    ['https://:@example.com/', 'credentials'],
    ['https://@example.com/', 'credentials'],
    ['https://example.com%40@127.0.0.1/', 'credentials'],
    ['http://localhost/', 'name'],
    ['http://LOCALHOST/', 'name'],
    ['http://localhost./', 'name'],
    ['http://localhost../', 'name'],
    ['http://a.localhost/', 'name'],
    ['http://ⓛocalhost/', 'name'],
    ['http://printer.local/', 'name'],
    ['http://db.internal/', 'name'],
    ['http://nas.home.arpa/', 'name'],
    ['http://metadata.google.internal/', 'name'],
    ['http://metadata.google.internal./', 'name'],
    ['http://metadata/', 'name'],
    ['http://example.com./', 'name'],
    ['http://a..example.com/', 'name'],
    ['http://.example.com/', 'name'],
    [`http://${'a'.repeat(64)}.example.com/`, 'name'],
    ['http://127.0.0.1/', 'private-address'],
    ['http://127.1/', 'private-address'],
    ['http://127.0.0.1./', 'private-address'],
    ['http://0/', 'private-address'],
    ['http://[::]/', 'private-address'],
    ['http://[::ffff:127.0.0.1]:8080/', 'private-address'],
    ['http://１２７。０。０。１/', 'private-address'],
    ['http://example.com:0/', 'port'],
    ['http://example.com:22/', 'port'],
    ['http://example.com:25/', 'port'],
    ['http://example.com:81/', 'port'],
    ['http://example.com:1023/', 'port'],
    ['http://example.com:3306/', 'port'],
    ['http://example.com:5432/', 'port'],
    ['http://example.com:6379/', 'port'],
    ['http://example.com:9200/', 'port'],
    ['http://example.com:11211/', 'port'],
    ['http://example.com:27017/', 'port'],
  ])('says of %j: %s', (text, verdict) => {
    expect(verdictOf(text)).toBe(verdict)
  })

  it('lets an opened network through, but not its databases and not private names', () => {
    const allow = parseAllowList(['10.0.0.0/8'])
    expect(judgeUrl('http://10.1.2.3:8080/', allow).verdict).toBe('allowed')
    expect(judgeUrl('http://10.1.2.3:5432/', allow)).toMatchObject({ reason: 'port' })
    expect(judgeUrl('http://nas.lan/', allow)).toMatchObject({ reason: 'name' })
  })

  it('says what is wrong and what to do', () => {
    expect(judgeUrl('http://10.0.0.1/', NOTHING)).toEqual({
      verdict: 'refused',
      reason: 'private-address',
      message: '10.0.0.1 is not a public address (private). An operator can open networks with EGRESS_ALLOW.',
    })
  })
})

/** On the public internet, as far as the text says: names are judged again by what they resolve to at each connection. */
const DECIDED_AT_RESOLVE_TIME = [
  'https://307.r3dir.me/--to/?url=http://localhost',
  'https://62epax5fhvj3zzmzigyoe5ipkbn7fysllvges3a.302.r3dir.me',
  'https://example.com/ssrf.php?url=http://brutelogic.com.br/poc.svg',
  'http://1.1.1.1',
  'http://google.com:80/',
  'http://nicob.net/redir-http-169.254.169.254:80-',
  'https://www.googleapis.com/auth/compute',
  'https://www.googleapis.com/auth/logging.write',
  'https://www.googleapis.com/auth/devstorage.read_write',
  'https://www.googleapis.com/auth/monitoring',
  'https://www.googleapis.com/compute/v1/projects/1042377752888/setCommonInstanceMetadata',
  'https://developers.digitalocean.com/documentation/metadata/',
  'https://metadata.packet.net/userdata',
  'https://azure.microsoft.com/en-us/blog/what-just-happened-to-my-vm-in-vm-metadata-service/',
  'https://docs.microsoft.com/en-us/azure/virtual-machines/windows/instance-metadata-service',
]

const LIST = '../shared/data/hostile/ssrf-urls.txt'

describe.skipIf(!existsSync(LIST))(`the hostile addresses of ${LIST} (skipped where it is absent)`, () => {
  const lines = existsSync(LIST) ? readFileSync(LIST, 'utf8').split('\n').filter(Boolean) : []

  it('are all refused, but for names that are public', () => {
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.filter((line) => verdictOf(line) === 'allowed')).toEqual(DECIDED_AT_RESOLVE_TIME)
  })
})
