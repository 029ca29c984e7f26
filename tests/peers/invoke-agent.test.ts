import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import {
  BedrockAgentRuntimeClient,
  InvokeAgentCommand,
  type ResponseStream,
} from '@aws-sdk/client-bedrock-agent-runtime'
import { describe, expect, test } from 'vitest'
import { type House, house } from '../../packages/server/test/house.ts'
import type { ScriptedRun } from '../../packages/server/test/scripted-host.ts'

// AWS's own clients for InvokeAgent, pointed at this server by their endpoint setting. The development verifier looks at no
// signature; that signatures of these clients are good is held where signatures are.

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a-secret' }
const WHERE = { agentId: 'echo', agentAliasId: 'PROD', sessionId: 'a:session' }
const PYTHON = process.env.LONGWIRE_PYTHON ?? 'python3'

/** What the agent says to whoever comes. */
async function played(home: House, play: (run: ScriptedRun) => void, n = 1): Promise<void> {
  play(await home.host.run(n))
}

function goodDay(run: ScriptedRun): void {
  run.startTool('c1')
  run.finishTool('c1')
  const say = run.speak(1)
  say('Good ')
  say('day, 世界')
  run.message(1, 'Good day, 世界')
  run.end()
}

describe('the client for JavaScript', () => {
  async function invoke({ url }: House, fields: Partial<ConstructorParameters<typeof InvokeAgentCommand>[0]>) {
    const client = new BedrockAgentRuntimeClient({
      region: 'us-east-1',
      endpoint: url,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    })
    const { completion, sessionId } = await client.send(new InvokeAgentCommand({ ...WHERE, ...fields }))
    const events: ResponseStream[] = []
    for await (const event of completion!) events.push(event)
    const text = events.map(({ chunk }) => Buffer.from(chunk?.bytes ?? []).toString('utf8')).join('')
    return { events, text, sessionId }
  }

  test('[D6] streams chunks and the traces it asked for', async () => {
    const home = await house()
    const [{ events, text, sessionId }] = await Promise.all([
      invoke(home, { inputText: 'Hello', enableTrace: true }),
      played(home, goodDay),
    ])
    expect(sessionId).toBe('a:session')
    expect(text).toBe('Good day, 世界')
    const traces = events.flatMap(({ trace }) => (trace ? [trace] : []))
    expect(traces[0]).toMatchObject({
      agentId: 'echo',
      eventTime: expect.any(Date),
      trace: { orchestrationTrace: { invocationInput: { actionGroupInvocationInput: { function: 'search' } } } },
    })
  })

  test('[D6] gets control back, answers with the next call, and hears the rest of the turn', async () => {
    const home = await house()
    const [{ events }] = await Promise.all([
      invoke(home, { inputText: 'Buy' }),
      played(home, (run) => run.request('r1')),
    ])
    expect(events.map(({ returnControl }) => returnControl)).toMatchObject([
      {
        invocationId: 'r1',
        invocationInputs: [{ functionInvocationInput: { actionInvocationType: 'USER_CONFIRMATION' } }],
      },
    ])
    const run = await home.host.run()
    const rest = invoke(home, {
      sessionState: {
        invocationId: 'r1',
        returnControlInvocationResults: [{ functionResult: { actionGroup: 'person', confirmationState: 'CONFIRM' } }],
      },
    })
    expect(await run.told('settled')).toMatchObject({ answer: { approved: true } })
    run.message(1, 'Bought')
    run.end()
    expect((await rest).text).toBe('Bought')
  })

  test('[D6] throws the errors that it knows by name, before the stream and in it', async () => {
    const home = await house()
    await expect(invoke(home, { inputText: 'Hello', agentId: 'nobody' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    const failing = invoke(home, { inputText: 'Hello' })
    await Promise.all([
      expect(failing).rejects.toMatchObject({ name: 'DependencyFailedException', message: 'agent_error: it broke' }),
      played(home, (run) => {
        run.speak(1)('Half ')
        run.fail('agent_error', 'it broke')
      }),
    ])
  })
})

function hasBoto(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import boto3'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Where boto3 finds what it has to know of this call: Debian's is older than the service. */
const ENV = { ...process.env, AWS_DATA_PATH: join(import.meta.dirname, 'boto3-models') }

const PROGRAM = `
import boto3, sys
client = boto3.client("bedrock-agent-runtime", endpoint_url=sys.argv[1], region_name="us-east-1",
                      aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="a-secret")
answer = client.invoke_agent(agentId="AGENT123", agentAliasId="PROD", sessionId="unique-session-id",
                             inputText="Hello", enableTrace=True)
for event in answer["completion"]:
    if "chunk" in event:
        sys.stdout.write(event["chunk"]["bytes"].decode("utf-8"))
    elif "trace" in event:
        sys.stdout.write("<" + list(event["trace"]["trace"]["orchestrationTrace"])[0] + ">")
`

// CI installs it, and there the suite may not leave itself out.
test.skipIf(process.env.LONGWIRE_CI === undefined && !hasBoto())(
  "[D6] boto3's invoke_agent streams chunks and traces",
  async () => {
    const home = await house({ agentAliases: { AGENT123: 'echo' } })
    const child = spawn(PYTHON, ['-c', PROGRAM, home.url], { stdio: ['ignore', 'pipe', 'inherit'], env: ENV })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    await Promise.race([
      played(home, goodDay),
      ended.then((code) => Promise.reject(new Error(`it ended with ${code}`))),
    ])
    expect(await ended).toBe(0)
    expect(output).toBe('<invocationInput><observation>Good day, 世界<modelInvocationOutput>')
  },
  60_000,
)
