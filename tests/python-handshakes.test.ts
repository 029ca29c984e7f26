import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKey, createServer, type LongwireServer, type MadeKey } from '@longwire/server'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Handshakes as AWS's own Python signs them, over the WebSocket client that Debian has.

const PYTHON = process.env.LONGWIRE_PYTHON ?? 'python3'
const AGENTS = join(import.meta.dirname, 'conformance/agents.ts')

function hasPrograms(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import botocore, websockets'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const PROGRAM = `
import asyncio, base64, json, os, sys, datetime
from urllib.parse import urlsplit, quote
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import websockets
from websockets.version import version

asked = json.loads(sys.argv[1])
credentials = Credentials(asked['id'], asked['secret'], asked.get('token'))

def signed(url, service, region='us-west-2'):
    parts = urlsplit(url)
    request = AWSRequest(method='GET', url=url.replace('ws', 'http', 1), headers={'host': parts.netloc})
    SigV4Auth(credentials, service, region).add_auth(request)
    return {name: request.headers[name] for name in ('X-Amz-Date', 'Authorization', 'X-Amz-Security-Token') if name in request.headers}

def presigned(url, service, region='us-west-2'):
    request = AWSRequest(method='GET', url=url, headers={'host': urlsplit(url).netloc})
    SigV4QueryAuth(credentials, service, region, expires=300).add_auth(request)
    return request.url

def doubled(url, headers):
    # What AWS's helper hands out beside the signature: the client sends all of it a second time.
    return {
        'Host': urlsplit(url).netloc, 'Connection': 'Upgrade', 'Upgrade': 'websocket',
        'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode(),
        'User-Agent': 'AgentCoreRuntimeClient/1.0', **headers,
    }

async def greeted(url, headers):
    by = 'extra_headers' if int(version.split('.')[0]) < 14 else 'additional_headers'
    try:
        async with websockets.connect(url, **{by: headers}) as socket:
            return json.loads(await socket.recv())['principal']
    except websockets.exceptions.InvalidHandshake as refused:
        return getattr(refused, 'status_code', None) or refused.response.status_code

async def main():
    url = asked['url']
    told = {}
    for service in ('bedrock-agentcore', 'bedrock'):
        told[f'headers {service}'] = await greeted(url, signed(url, service))
        told[f'doubled {service}'] = await greeted(url, doubled(url, signed(url, service)))
        told[f'address {service}'] = await greeted(presigned(url, service), {})
    odd = url + '?q=a+b&name=&flag&' + quote('X-Amzn-Any-Name') + '=' + quote("it's (a) *thing*/~é", safe='')
    told['odd query'] = await greeted(odd, signed(odd, 'bedrock'))
    told['odd query, doubled'] = await greeted(odd, doubled(odd, signed(odd, 'bedrock')))
    spaced = url + '?q=a%20b'
    told['odd address'] = await greeted(presigned(spaced, 'bedrock'), {})
    told['other query'] = await greeted(odd + '&more=1', signed(odd, 'bedrock'))
    told['other service'] = await greeted(url, signed(url, 's3'))
    told['changed'] = await greeted(url, {**signed(url, 'bedrock'), 'X-Amz-Date': '20200101T000000Z'})
    print(json.dumps(told))

asyncio.run(main())
`

let server: LongwireServer
let data: string
let keys: readonly MadeKey[]

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'longwire-'))
  keys = [await createKey(data, { principal: 'ann' }), await createKey(data, { principal: 'bob', expiresIn: 600 })]
  server = await createServer({ agents: [AGENTS], port: 0, data, auth: { use: ['sigv4'] } })
})
afterAll(async () => {
  await server.stop(0)
  rmSync(data, { recursive: true, force: true })
})

// CI installs them, and there the suite may not leave itself out.
const inPython = test.skipIf(process.env.LONGWIRE_CI === undefined && !hasPrograms())

inPython.each(['ann', 'bob'])(
  "[I7] [W10] the Python of AWS gets in as %s: by headers, doubled or not, by address, with whatever query, and nobody else's request does",
  async (principal) => {
    const key = keys.find((each) => each.principal === principal) as Extract<MadeKey, { accessKeyId: string }>
    const url = `${server.url.replace('http', 'ws')}/v1/socket`
    const { accessKeyId: id, secretAccessKey: secret, sessionToken: token } = key
    const told = await saidBy(JSON.stringify({ url, id, secret, token }))
    const { 'other query': query, 'other service': service, changed, ...right } = told
    for (const [how, who] of Object.entries(right)) expect(who, how).toBe(principal)
    expect([query, service, changed]).toEqual([401, 401, 401])
  },
  60_000,
)

function saidBy(asked: string): Promise<Record<string, string | number>> {
  const child = spawn(PYTHON, ['-c', PROGRAM, asked], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`python ended with ${code}`)),
    )
  })
}
