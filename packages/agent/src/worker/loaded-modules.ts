import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Tells which files this thread imports, or tries to, from now on: several at a time, and those of a file that does not
 * load, too. What is told last before `flush` returns is all there was. Node before 22.15 cannot know: there nothing is told.
 */
export function tellModules(tell: (paths: readonly string[]) => void): { flush(): void } {
  const known = new Set<string>()
  let news: string[] = []
  const flush = () => {
    if (news.length > 0) tell(news)
    news = []
  }
  const note = (url: string | undefined) => {
    if (!url?.startsWith('file:') || known.has(url)) return
    known.add(url)
    if (news.push(fileURLToPath(url)) === 1) setImmediate(flush)
  }
  nodeModule.registerHooks?.({
    resolve(specifier, context, next) {
      // What is not there is wanted all the same: it may come.
      if (/^\.{0,2}\//.test(specifier)) note(URL.parse(specifier, context.parentURL)?.href.replace(/[?#].*$/, ''))
      const resolved = next(specifier, context)
      note(resolved.url.replace(/[?#].*$/, ''))
      return resolved
    },
  })
  return { flush }
}
