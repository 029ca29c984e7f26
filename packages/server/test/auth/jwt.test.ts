import { generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { createServer as createLongwire, type JwtSettings } from '../../src/index.ts'
import { type House, house } from '../house.ts'
import { type Provider, provider } from './provider.ts'

async function behind(idp: Provider, jwt: JwtSettings = {}): Promise<House> {
  // Refusals slow down, and here are many: how they do is the brake's to show.
  return house({
    limits: { freeRefusals: 1_000 },
    auth: { use: ['jwt'], jwt: { issuer: idp.url, audiences: ['longwire'], cooldownMs: 0, ...jwt } },
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('a token of an identity provider', () => {
  test('[I12] opens a line for the principal that it names, by header, by subprotocol and by hello', async () => {
    const idp = await provider()
    const home = await behind(idp, { rolesClaim: 'groups' })
    const token = await idp.token({ groups: ['operator'] })
    expect(await (await home.connect(bearer(token))).next('welcome')).toMatchObject({ principal: 'ann' })
    const late = await home.connect()
    expect(await late.ask({ type: 'hello', ticket: token })).toMatchObject({ type: 'welcome', principal: 'ann' })
    const others = await idp.token({ sub: 'bob' })
    expect(await late.ask({ type: 'renew', ticket: others })).toMatchObject({ code: 'forbidden' })
    expect(await late.ask({ type: 'renew', ticket: await idp.token() })).toMatchObject({ type: 'ok' })
    // The document and the keys were fetched once for all of it.
    expect(idp.fetched).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  test('[I12] is refused with a challenge where its issuer, audience, client, scope, claim, time or signature is another', async () => {
    const idp = await provider()
    const stranger = await generateKeyPair('ES256')
    const home = await behind(idp, { clients: ['app'], scopes: ['chat'], claims: { plan: ['gold'] } })
    const status = async (token: string) => (await home.fetch('/v1/agents', { headers: bearer(token) })).status
    const gold = { plan: 'gold' }
    expect(await status(await idp.token(gold))).toBe(200)
    for (const [what, token] of [
      ['issuer', idp.token({ ...gold, iss: 'https://elsewhere.example' })],
      ['audience', idp.token({ ...gold, aud: 'another' })],
      ['client', idp.token({ ...gold, client_id: 'another' })],
      ['scope', idp.token({ ...gold, scope: 'chatter' })],
      ['claim', idp.token({ plan: 'lead' })],
      ['time', idp.token(gold, { expires: '-1m' })],
      ['signature', idp.token(gold, { key: stranger.privateKey })],
      ['algorithm', idp.token(gold, { alg: 'HS256', key: new Uint8Array(32) })],
      ['principal', idp.token({ ...gold, sub: '' })],
    ] as const) {
      expect(await status(await token), what).toBe(401)
    }
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await idp.token(gold)).split('.')[1]}.`
    const answer = await home.fetch('/v1/agents', { headers: bearer(none) })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })

  test('[I12] signed with a key that is newer than those that were fetched is taken, and the old one is not any more', async () => {
    const idp = await provider()
    const home = await behind(idp)
    const old = await idp.token()
    const status = async (token: string) => (await home.fetch('/v1/agents', { headers: bearer(token) })).status
    expect(await status(old)).toBe(200)
    await idp.rotate('second')
    expect(await status(await idp.token())).toBe(200)
    expect(await status(old)).toBe(401)
  })

  test('[I12] cannot be checked with settings that would let anybody in', async () => {
    const start = (jwt: JwtSettings) => createLongwire({ agents: [], port: 0, auth: { use: ['jwt'], jwt } })
    await expect(start({ issuer: 'https://idp.example' })).rejects.toThrow('audience')
    await expect(start({ audiences: ['a'] })).rejects.toThrow('issuer')
    await expect(start({ issuer: 'http://idp.example', audiences: ['a'] })).rejects.toThrow('https')
    for (const name of ['none', 'HS256']) {
      const lax = { issuer: 'https://idp.example', audiences: ['a'], algorithms: [name] }
      await expect(start(lax)).rejects.toThrow(name)
    }
  })

  test('[I12] is not believed, nor called bad, while the issuer cannot be asked', async () => {
    const idp = await provider()
    const home = await behind(idp, { issuer: 'http://127.0.0.1:9' })
    const answer = await home.fetch('/v1/agents', { headers: bearer(await idp.token()) })
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded', retry: 'later' } })
  })
})
