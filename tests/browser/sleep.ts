import type { Browser } from 'playwright-core'

/**
 * Puts a whole browser to sleep, as closing a laptop does: no process of it runs until the function that is returned is
 * called. To freeze the page alone does nothing here: only a hidden one can be, and without a screen every page is visible.
 */
export async function putToSleep(browser: Browser): Promise<() => void> {
  const cdp = await browser.newBrowserCDPSession()
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
  await cdp.detach()
  const all = (signal: NodeJS.Signals) => {
    for (const { id } of processInfo) process.kill(id, signal)
  }
  all('SIGSTOP')
  return () => all('SIGCONT')
}
