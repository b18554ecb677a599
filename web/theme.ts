/** The look of the web app: Mantine's own, with colours that can be read on either ground. */
import { Code, createTheme, Modal, type CSSVariablesResolver } from '@mantine/core'

export const theme = createTheme({
  defaultRadius: 'sm',
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 9 },
  components: {
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    // Broken rather than scrolled: what scrolls must be reached by keyboard.
    Code: Code.extend({ styles: { root: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } } }),
  },
})
const COLOURS = ['teal', 'blue', 'orange', 'yellow', 'gray', 'red']
const inkOf = (shade: number) =>
  Object.fromEntries(
    COLOURS.flatMap((colour) =>
      ['outline', 'light-color'].map((use) => [
        `--mantine-color-${colour}-${use}`,
        `color-mix(in srgb, var(--mantine-color-${colour}-${shade}), var(--mantine-color-text) 35%)`,
      ]),
    ),
  )
/** Text in colours and dimmed text that can still be read: 4.5:1 on either ground (WCAG AA). */
export const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...inkOf(9),
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    ...inkOf(3),
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
})
