import './home.css'
import { Button } from '@base-ui/react/button'
import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { AgentInfo } from '@longwire/client'
import type { InputPart } from '@longwire/protocol'
import { useClient } from '@longwire/react'
import { ArrowUpRight } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { usePageTitle } from '../attention/use-page-title.ts'
import { useSessionList } from '../sessions/session-list-context.ts'
import { titleFor } from '../sessions/title.ts'
import { addressOf } from '../shell/routes.ts'
import { attempt } from '../shell/toast.ts'
import { Composer } from './composer.tsx'
import { PaneHead } from './pane-head.tsx'
import { useAgents } from './use-agents.ts'

const MOST_EXAMPLES = 6

/** Where a talk begins: whom to ask, and what. */
export function Home() {
  const { agents, error } = useAgents()
  const [chosen, choose] = useState<string>()
  const agent = agents.find(({ name }) => name === chosen) ?? agents[0]
  const begin = useBeginning(agent)

  usePageTitle('')

  return (
    <div className="pane">
      <PaneHead title="" />
      <div className="home">
        <div className="home-column">
          <h1>What would you like to know?</h1>
          {error === undefined ? null : <p className="home-error">The agents cannot be had: {error}</p>}
          {agents.length > 1 ? <AgentChoice agents={agents} chosen={agent?.name ?? ''} choose={choose} /> : null}
          {agent ? <AgentIntroduction agent={agent} isAlone={agents.length === 1} /> : null}
          <Composer
            draftKey="home"
            label={agent ? `Ask ${agent.name}` : 'Ask'}
            isDisabled={!agent}
            inputModes={agent?.inputModes ?? []}
            onSend={begin}
            isFirst
          />
          {agent && agent.examples.length > 0 ? (
            <ul className="examples" aria-label="Examples">
              {agent.examples.slice(0, MOST_EXAMPLES).map((example) => (
                <li key={example}>
                  <Button className="example" onClick={() => void begin([{ type: 'text', text: example }])}>
                    {example}
                    <ArrowUpRight size={15} aria-hidden="true" />
                  </Button>
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      </div>
    </div>
  )
}

/** Opens a session and sends the first input into it; the page goes there as soon as it is there. */
function useBeginning(agent: AgentInfo | undefined): (parts: readonly InputPart[]) => Promise<boolean> {
  const client = useClient()
  const list = useSessionList()
  const [, go] = useLocation()
  return async (parts) => {
    if (!agent) return false
    const text = parts.find((part) => part.type === 'text')?.text ?? ''
    return attempt('That could not be sent', async () => {
      const title = titleFor(text)
      const session = await client.open({ agent: agent.name, metadata: title ? { title } : {} })
      go(addressOf([session.id]))
      await session.send(textOrParts(parts)).accepted
      session.detach() // the page that shows it has a handle of its own
      list.changed()
    })
  }
}

/** A text alone goes as a text: it reads best in a log. */
export function textOrParts(parts: readonly InputPart[]): string | readonly InputPart[] {
  const [first] = parts
  return parts.length === 1 && first?.type === 'text' ? first.text : parts
}

function AgentIntroduction({ agent, isAlone }: { agent: AgentInfo; isAlone: boolean }) {
  return (
    <p className="home-about">
      {isAlone ? <strong>{agent.name}</strong> : null}
      {isAlone && agent.description ? ' · ' : ''}
      {agent.description}
      {agent.model ? <span className="home-model">Thinks with {agent.model}</span> : null}
    </p>
  )
}

function AgentChoice(props: { agents: readonly AgentInfo[]; chosen: string; choose: (name: string) => void }) {
  return (
    <RadioGroup
      className="agent-choice"
      aria-label="Agent"
      value={props.chosen}
      onValueChange={(value) => props.choose(String(value))}
    >
      {props.agents.map(({ name }) => (
        <Radio.Root key={name} value={name} className="agent-option">
          {name}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
