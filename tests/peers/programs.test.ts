import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type House, house } from '../../packages/server/test/house.ts'

// Programs in Python, as people write them from the article and from AWS's samples.

const PYTHON = process.env.LONGWIRE_PYTHON ?? 'python3'
const KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

/** Signs the handshake and passes the headers on, which is what the article forgets. */
const SIGNED = `
import asyncio, json, sys
import websockets
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

url, service, doubled = sys.argv[1], sys.argv[2], sys.argv[3:]
request = AWSRequest(method="GET", url=url, headers={"Host": url.split("/")[2]})
SigV4Auth(Credentials("${KEY.accessKeyId}", "${KEY.secretAccessKey}"), service, "us-east-1").add_auth(request)
headers = dict(request.headers)
if doubled:
    # As AWS's Python helper hands them out, and the library sends its own before them.
    headers.update({"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "User-Agent": "AgentCoreRuntimeClient/1.0"})

async def main():
    # The name of the option depends on the version of the library.
    option = "extra_headers" if int(websockets.__version__.split(".")[0]) < 14 else "additional_headers"
    opening = websockets.connect(url, **{option: headers})
    async with opening as line:
        await line.send(json.dumps({"inputText": "Hello"}))
        async for text in line:
            event = json.loads(text)
            if "chunk" in event:
                sys.stdout.write(event["chunk"]["bytes"])
            elif "trace" in event:
                sys.stdout.write("[" + event["trace"]["rationale"] + "]")
            elif "completion" in event:
                break

asyncio.run(main())
`

function has(modules: string): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${modules}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs a program against an agent that says good day, and answers what it printed. */
async function printed(home: House, program: string, args: readonly string[]): Promise<string> {
  const child = spawn(PYTHON, ['-c', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const run = await Promise.race([home.host.run(), ended.then(() => Promise.reject(new Error(`it said: ${output}`)))])
  run.speak(1, '0', 'chunk.reasoning')('A greeting.')
  run.speak(1, '1')('Good ')
  run.request('r1')
  if (program.includes('"control" in event')) await run.told('settled')
  run.speak(2)('day, 世界')
  run.message(2, 'day, 世界')
  run.end()
  expect(await ended).toBe(0)
  return output
}

// CI installs them, and there the suite may not leave itself out.
describe.skipIf(process.env.LONGWIRE_CI === undefined && !has('websockets, botocore'))('programs in Python', () => {
  test('[D1] the program of the guide runs as it is printed, and answers what it is asked', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/dialects.md'), 'utf8')
    const [, program] = /```python\n(import asyncio[\s\S]*?)```/.exec(guide) ?? []
    const home = await house({ agentAliases: { AGENT123: 'echo' } })
    expect(await printed(home, program!, [home.url.replace('http', 'ws')])).toBe('Good day, 世界\n')
  })

  test.each([
    ['the article', '/agents/AGENT123/agentAliases/PROD/sessions/unique-session-id/websocket', 'bedrock', []],
    [
      "AWS's helper, whose handshake headers come twice",
      `/runtimes/${encodeURIComponent('arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/echo-0123456789')}/ws?qualifier=DEFAULT`,
      'bedrock-agentcore',
      ['doubled'],
    ],
  ])('[D1] [D15] a program of %s signs its handshake and is let in', async (_, path, service, more) => {
    const credentials = async (id: string) => (id === KEY.accessKeyId ? { ...KEY, principal: 'ann' } : undefined)
    const home = await house({ agentAliases: { AGENT123: 'echo' }, auth: { use: ['sigv4'], credentials } })
    const output = await printed(home, SIGNED, [`${home.url.replace('http', 'ws')}${path}`, service, ...more])
    expect(output).toBe('[A greeting.]Good day, 世界')
    expect((await home.host.run()).start.principal).toBe('ann')
  })
})
