import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe-core finds wrong with the page as it is shown now, one line each. */
export const violationsOn = async (page: Page): Promise<string[]> => {
  // Evaluated by the debugger, which no content security policy concerns.
  await page.evaluate(axe.source)
  const found: axe.Result[] = await page.evaluate('axe.run(document).then(({ violations }) => violations)')
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.replace(/\s+/g, ' ')}`),
  )
}
