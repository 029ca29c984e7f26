import { describe, expect, test, vi } from 'vitest'
import { PostgresProcess } from '../../../tests/postgres-process/postgres-process.ts'
import { hasPostgres } from '../../../tests/postgres-process/postgres-programs.ts'
import { EXITS } from '../src/exit-codes.ts'
import { AGENTS, temporary } from './command.ts'
import { Here, runHere } from './here.ts'

describe.skipIf(!hasPostgres())('longwire serve --store', () => {
  test('keeps sessions in PostgreSQL over a restart, and shows its address without the password', async () => {
    const postgres = await PostgresProcess.start()
    try {
      const url = postgres.url()
      const { password } = new URL(url)
      const wrong = await runHere(['serve', AGENTS, '--port', '0', '--store', url.replace(password, 'guessed')])
      expect(wrong).toMatchObject({ code: EXITS.data_unusable.code, out: '' })
      expect(wrong.err).toContain(`longwire@127.0.0.1:${postgres.port}/postgres`)
      expect(wrong.err).toContain('the user or the password is wrong')
      expect(wrong.err).not.toContain('guessed')

      const first = await talkTo(url, ['hello'])
      expect(first.told).toContain(`store     postgres://longwire@127.0.0.1:${postgres.port}/postgres`)
      for (const secret of [password, decodeURIComponent(password)]) expect(first.told).not.toContain(secret)
      const second = await talkTo(url, [])
      expect(second.sessions).toEqual(first.sessions)
      expect(first.sessions).toHaveLength(1)

      // Keys stay in the folder: they are not of the log.
      const data = temporary()
      const made = await runHere(['keys', 'create', '--kind', 'api', '--principal', 'ann', '--data', data, '--json'])
      const [key] = /lwk_[\w-]+/.exec(made.out)!
      const server = new Here(['serve', AGENTS, '--port', '0', '--store', url, '--data', data, '--auth', 'key'])
      await server.says('talk ')
      const [at] = /http:\/\/127\S+/.exec(server.out)!
      const statusWith = async (headers: Record<string, string>) =>
        (await fetch(`${at}/v1/sessions`, { headers })).status
      expect([await statusWith({}), await statusWith({ authorization: `Bearer ${key}` })]).toEqual([401, 200])
      server.stop('SIGTERM')
      await server.ended
    } finally {
      await postgres.close()
    }
  }, 40_000)
})

/** Serves on the database, asks, lists what there is, and stops. */
async function talkTo(store: string, questions: readonly string[]): Promise<{ told: string; sessions: unknown[] }> {
  vi.stubEnv('LONGWIRE_STORE', store)
  const server = new Here(['serve', AGENTS, '--port', '0'])
  await server.says('talk ')
  vi.unstubAllEnvs()
  const [url] = /http:\/\/127\S+/.exec(server.out)!
  for (const question of questions) {
    expect((await runHere(['chat', '--url', url], { input: `${question}\n` })).code).toBe(0)
  }
  const { sessions } = (await (await fetch(`${url}/v1/sessions`)).json()) as { sessions: unknown[] }
  server.stop('SIGTERM')
  const { code, out, err } = await server.ended
  expect(code).toBe(0)
  return { told: out + err, sessions }
}
