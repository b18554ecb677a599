/** What to paste at a sender. */
import { Code, Tabs, Text } from '@mantine/core'

const MESSAGE = `{"ticker":"{{ticker}}","side":"{{strategy.order.action}}","price":{{close}},"time":"{{timenow}}"}`
const SIGNAL = '{"ticker":"AAPL","side":"BUY","price":150.25}'

const curl = (url: string) => `curl -X POST ${url} -H 'content-type: application/json' -d '${SIGNAL}'`
const python = (url: string) => `import json, urllib.request

signal = {"ticker": "AAPL", "side": "BUY", "price": 150.25}
request = urllib.request.Request("${url}", json.dumps(signal).encode(), {"content-type": "application/json"})
print(urllib.request.urlopen(request).read())`

export function Snippets({ url }: { url: string }) {
  const panels = {
    TradingView: (
      <>
        <Text size="sm">
          Alert → Notifications → Webhook URL: <code>{url}</code>. Message:
        </Text>
        <Code block>{MESSAGE}</Code>
      </>
    ),
    Chartink: (
      <Text size="sm">
        Scanner → Create alert → Webhook URL: <code>{url}</code>. Chartink names no side: give the key a
        default side.
      </Text>
    ),
    curl: <Code block>{curl(url)}</Code>,
    Python: <Code block>{python(url)}</Code>,
  }
  return (
    <Tabs defaultValue="TradingView">
      <Tabs.List>
        {Object.keys(panels).map((name) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {Object.entries(panels).map(([name, panel]) => (
        <Tabs.Panel key={name} value={name} pt="xs" style={{ overflowWrap: 'anywhere' }}>
          {panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
