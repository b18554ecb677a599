/** The table of signals in Chromium, scrolled from one end to the other. */
import { openBrowser } from '../test/browser.ts'

export interface Scrolled {
  rows: number
  /** Tasks of the page over 50 ms while it was scrolled. */
  longTasks: number
  longestTaskMs: number
  firstContentfulPaintMs: number
  layoutShift: number
}

const STEPS = 200
const LOOK = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))`

/** Makes the first administrator, opens the table, and scrolls over all of it in jumps, reading rows at each tenth. */
export async function scrollThrough(url: string): Promise<Scrolled> {
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(url)
    await page.getByLabel('Name').fill('Bench')
    await page.getByLabel('E-mail').fill('bench@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.goto(`${url}/signals`)
    await page.locator('[data-index="0"] a').waitFor()
    await page.evaluate(`
      globalThis.tasks = []
      globalThis.shift = 0
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' })
      new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value }).observe({ type: 'layout-shift', buffered: true })`)
    for (let step = 1; step <= STEPS; step++) {
      const share = step / STEPS
      await page.evaluate(
        `(async () => { const at = document.querySelector('[role=region]'); at.scrollTop = at.scrollHeight * ${share}; await ${LOOK} })()`,
      )
      if (step % (STEPS / 10) === 0) await page.locator('[data-index] a').first().waitFor({ timeout: 10_000 })
    }
    return (await page.evaluate(`({
      rows: Number(document.querySelector('[role=table]').getAttribute('aria-rowcount')) - 1,
      longTasks: tasks.length,
      longestTaskMs: Math.max(0, ...tasks),
      firstContentfulPaintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      layoutShift: shift,
    })`)) as Scrolled
  } finally {
    await browser.close()
  }
}
