import { build } from 'rolldown'

/**
 * The code of a page as a browser gets it: `entry` and all that it imports, our packages from their sources. In mode
 * `development` libraries warn of what is used wrongly, and React renders twice under StrictMode.
 */
export async function pageCode(entry: string, mode: 'production' | 'development' = 'production'): Promise<string> {
  const { output } = await build({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['longwire-source', 'browser', 'import', mode, 'default'] },
    transform: { define: { 'process.env.NODE_ENV': JSON.stringify(mode) } },
    output: { format: 'esm', codeSplitting: false },
    logLevel: 'silent', // libraries' directives for other renderers are nothing to warn of; what fails is thrown
    write: false,
  })
  return output[0].code
}

/** The HTML around one module of code: what is drawn before it runs, and what it finds beside that. */
export function pageWith(code: string, drawn = '', beside = ''): string {
  const safe = code.replaceAll('</script', '<\\/script')
  const head = '<meta charset="utf-8"><link rel="icon" href="data:,"><title>Longwire</title>'
  return `<!doctype html><html lang="en">${head}<div id="root">${drawn}</div>${beside}<script type="module">${safe}</script></html>`
}
