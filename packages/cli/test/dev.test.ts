import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Running, temporary } from './command.ts'
import { Here, runHere } from './here.ts'

describe('dev', () => {
  test('takes up a change for new turns, shows a crash with its line, and goes on where a change does not load', async () => {
    const folder = temporary()
    const file = join(folder, 'agent.ts')
    const agent = (said: string) => `
function broken() {
  throw new Error('no prices on Sundays')
}

export default {
  kind: 'agent',
  name: 'one',
  async run(turn) {
    if (turn.input.text === 'break') broken()
    if (turn.input.text === 'where') return turn.text(process.env.LONGWIRE_DATA)
    if (turn.input.text === 'wait') await turn.request.approval({ message: 'Go on?' })
    await turn.text('${said} ')
    await turn.text('from ${said}')
  },
}
`
    writeFileSync(file, agent('first'))
    mkdirSync(join(folder, 'lib'))
    const dev = new Running(['dev', folder, '--port', '0', '--data', join(folder, 'data')])
    const [url] = await dev.says(/http:\/\/127\.0\.0\.1:\d+/)
    await dev.says('watching for changes')
    const ask = async (text: string) => (await runHere(['chat', '--url', url], { input: `${text}\n` })).out

    await ask('break')
    await dev.says('no prices on Sundays')
    await dev.says(/turn t\d+ of agent one, at \S*agent\.ts:3/)
    await dev.says("❯ 3 │   throw new Error('no prices on Sundays')")
    expect(await pageOf(url)).toMatch(/<mark>\s+3\s+throw new Error/)

    expect(await ask('where')).toBe(`${join(folder, 'data')}\n`)
    const waiting = new Here(['chat', '--wait', '--url', url], { input: 'wait\n' })
    await waiting.says('Go on?')
    writeFileSync(file, agent('second'))
    await dev.says('reloaded')
    expect(await ask('now')).toBe('second from second\n')
    const [, session] = /npx longwire answer (\S+)/.exec(waiting.err)!
    await runHere(['answer', session!, '--approve', '--url', url])
    expect((await waiting.ended).out).toBe('first from first\n')
    expect(await pageOf(url)).not.toContain('What went wrong')

    writeFileSync(file, `${agent('third')}const a = ;\n`)
    await dev.says(/❯ 17 │ const a = ;/)
    await dev.says('what was loaded before goes on')
    expect(await ask('now')).toBe('second from second\n')
    const more = join(folder, 'lib', 'more.ts')
    writeFileSync(file, `import { word } from './lib/more.ts'${agent('fourth').replaceAll("'fourth ", "word + ' ")}`)
    await dev.says(/Cannot find module.*more\.ts/)
    expect(await ask('now')).toBe('second from second\n')
    writeFileSync(more, `export const word = 'fourth'\n`)
    // A file that is read while it is written counts as two changes.
    await expect.poll(() => ask('now'), { timeout: 30_000 }).toBe('fourth from fourth\n')

    // What lies beside it, and what it writes itself, is no part of it.
    writeFileSync(join(folder, 'notes.json'), '{}')
    writeFileSync(join(folder, 'lib', 'unused.ts'), 'export {}')
    writeFileSync(join(folder, 'lib', 'unused.ts'), 'export const x = 1')
    writeFileSync(more, `export const word = 'fifth'\n`)
    await expect.poll(() => ask('now'), { timeout: 30_000 }).toBe('fifth from fourth\n')
    expect(dev.out).not.toMatch(/notes|unused/)

    rmSync(file)
    writeFileSync(join(folder, 'agent.mts'), agent('moved'))
    await dev.says('restarted')
    expect(await ask('now')).toBe('moved from moved\n')
    dev.process.kill('SIGTERM')
    expect((await dev.ended).code).toBe(0)
  })

  test('waits with the error for a change where nothing loads yet', async () => {
    const folder = temporary()
    const file = join(folder, 'agent.ts')
    writeFileSync(file, 'export default 1\n')
    const dev = new Here(['dev', folder, '--port', '0', '--data', join(folder, 'data')])
    await dev.says('for the next change')
    expect(dev.err).toContain('its default export is no agent')
    writeFileSync(file, `export default { kind: 'agent', name: 'one', async run() {} }\n`)
    await dev.says('restarted')
    dev.stop('SIGTERM')
    expect((await dev.ended).code).toBe(0)
  })
})

async function pageOf(url: string): Promise<string> {
  return (await fetch(url)).text()
}
