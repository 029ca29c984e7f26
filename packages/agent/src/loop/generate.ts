import type { LanguageModelV4, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { AgentInput, HistoryEntry, ToolResult } from '../boundary/messages.ts'
import { toolsOfRun } from '../mcp/tools-of-run.ts'
import { resolveModel } from '../model/resolve-model.ts'
import type { ToolSet } from '../tool.ts'
import { becauseText } from '../turn/because-text.ts'
import { AgentFailure, messageOf } from '../turn/failure.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import type { Generated, GenerateOptions } from '../turn/turn.ts'
import { compacted } from './compacted.ts'
import { entryOf } from './entry-of.ts'
import type { ToolCall } from './hearing.ts'
import { callModel, type ModelSaid } from './model-call.ts'
import { recalledCall } from './recalled-call.ts'
import { callTools } from './tool-call.ts'
import { inputJsonSchema } from './tool-schema.ts'
import { sumUsage } from './usage.ts'
import { beforeModelCall, beforeTools } from './within-budget.ts'

const MAX_STEPS = 20

/** The model loop: model call, tools, what the person steered, model call, … until the model is done. */
export async function generate(run: RunningTurn, options: GenerateOptions = {}): Promise<Generated> {
  run.voice.ensureSpeaking()
  const scope = run.scope()
  const first = run.nextStep(scope)
  const model = await modelFor(run, options)
  const { tools, missing } = options.tools ? { tools: options.tools, missing: [] } : await toolsOfRun(run)
  const toolsForModel = await describeTools(tools)
  const maxSteps = options.maxSteps ?? run.agent.maxSteps ?? MAX_STEPS
  const instructions = options.instructions ?? run.agent.instructions
  const asked = askedIn(run, options.prompt)
  const said: HistoryEntry[] = []
  let usage: Generated['usage'] = {}
  for (let steps = 1, step = first; ; steps++) {
    await beforeModelCall(run, scope, model, step)
    const answer = (await recalledCall(run, step)) ?? (await think(step, steps))
    usage = sumUsage(usage, answer.usage)
    said.push({ role: 'assistant', turn: run.id, parts: answer.parts })
    const isDone = answer.calls.length === 0
    if (!isDone) {
      await beforeTools(run, scope, answer.calls.length)
      said.push({ role: 'tool', turn: run.id, results: await callAll(answer.calls) })
    }
    if (!isDone && steps >= maxSteps) throw tooManySteps(maxSteps)
    step = scope.step.ids.next()
    const steers = steps < maxSteps ? await steersAt(run, step) : []
    if (isDone && steers.length === 0) {
      scope.step.ids.release(step)
      run.generated.push(...said)
      run.finishReason = answer.finishReason
      const results = said.flatMap((entry) => (entry.role === 'tool' ? entry.results : []))
      return { text: answer.text, finishReason: answer.finishReason, usage, steps, results }
    }
    said.push(...steers.map((input) => entryOf(run.id, input)))
  }

  async function think(step: string, steps: number): Promise<ModelSaid> {
    const thinking = scope.step.doing.begin('work')
    try {
      return await callModel(run, scope, {
        model,
        step,
        instructions,
        conversation: await compacted(run, [...asked, ...said], instructions, toolsForModel),
        tools: toolsForModel,
        missing: steps === 1 ? missing : [],
        settings: settingsOf(options),
      })
    } finally {
      thinking.end()
    }
  }

  function callAll(calls: readonly ToolCall[]): Promise<readonly ToolResult[]> {
    const planned = calls.map((call) => ({ ...call, step: scope.step.ids.next() }))
    return callTools(run, scope, tools, planned, [...asked, ...said])
  }
}

/** What a person sent to steer by, and joins where `step` begins. What joined in an earlier run of the turn joins again. */
async function steersAt(run: RunningTurn, step: string): Promise<readonly AgentInput[]> {
  const joined = run.joinedAt(step)
  // Nobody steers a task. A turn that is only retraced goes on to what the log holds next, which may be no step: a task that began.
  if (run.isTask || run.isRetraced || run.journal.isPast(step)) return joined
  return [...joined, ...(await run.voice.take(step))]
}

/** The conversation as it stands before the first model call. */
function askedIn(run: RunningTurn, prompt: string | undefined): readonly HistoryEntry[] {
  const before = [...run.start.history, ...run.inputs.map((input) => entryOf(run.id, input)), ...becauseOf(run)]
  if (prompt === undefined) return [...before, ...run.generated.filter((entry) => entry.role === 'user')]
  return [...before, ...run.generated, { role: 'user', turn: run.id, parts: [{ type: 'text', text: prompt }] }]
}

/** What a turn is asked that no person began. */
function becauseOf(run: RunningTurn): readonly HistoryEntry[] {
  const { because } = run.start
  if (!because) return []
  return [{ role: 'user', turn: run.id, parts: [{ type: 'text', text: becauseText(because) }] }]
}

async function modelFor({ agent }: RunningTurn, options: GenerateOptions): Promise<LanguageModelV4> {
  const model = options.model ?? agent.model
  if (!model) throw new AgentFailure('model_error', `agent ${agent.name} calls generate() but names no model`)
  try {
    return await resolveModel(model)
  } catch (error) {
    throw new AgentFailure('model_error', messageOf(error), { cause: error })
  }
}

const described = new WeakMap<ToolSet, Promise<readonly LanguageModelV4FunctionTool[]>>()

/** The tools as a model gets them. They are the same for every call, so each set is converted once. */
function describeTools(tools: ToolSet): Promise<readonly LanguageModelV4FunctionTool[]> {
  const before = described.get(tools)
  if (before) return before
  const now = Promise.all(
    Object.entries(tools).map(async ([name, tool]) => ({
      type: 'function' as const,
      name,
      description: tool.description,
      inputSchema: await inputJsonSchema(tool),
    })),
  )
  described.set(tools, now)
  return now
}

function settingsOf({ temperature, maxOutputTokens }: GenerateOptions) {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

function tooManySteps(maxSteps: number): AgentFailure {
  return new AgentFailure(
    'max_steps',
    `the model wanted to go on after ${maxSteps} model calls, which is all it may make`,
  )
}
