/** Something that is shown this once: with a way to copy it. */
import { Alert, Button, Code, CopyButton, Group } from '@mantine/core'

export const Secret = ({ title, text }: { title: string; text: string }) => (
  <Alert title={title} color="blue" variant="light">
    <Group wrap="nowrap" align="flex-start">
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', flex: 1 }}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  </Alert>
)
