import { build } from 'rolldown'

/** The code of a page as a browser gets it: `entry` and all that it imports, our packages from their sources. */
export async function pageCode(entry: string): Promise<string> {
  const { output } = await build({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['longwire-source', 'browser', 'import', 'default'] },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    output: { format: 'esm', codeSplitting: false },
    write: false,
  })
  return output[0].code
}

/** The HTML around one module of code. */
export function pageWith(code: string): string {
  const safe = code.replaceAll('</script', '<\\/script')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Longwire</title><div id="root"></div><script type="module">${safe}</script></html>`
}
