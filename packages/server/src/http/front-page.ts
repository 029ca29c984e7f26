import type { AgentDescription, AgentFault } from '@longwire/agent/internal'
import { html } from 'hono/html'

/** The page at `/` where there is no console: what this server is, its agents, and how to talk to them. It runs no script. */
export function frontPage(
  agents: readonly AgentDescription[],
  origin: string,
  faults: readonly AgentFault[] = [],
  lacksConsole = false,
) {
  const socket = origin.replace(/^http/, 'ws')
  const first = agents[0]
  const question = first?.examples[0] ?? 'Hello'
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Longwire</title>
        <link rel="stylesheet" href="/front-page.css" />
      </head>
      <body>
        <main>
          <h1>Longwire</h1>
          <p class="lead">
            This server keeps live sessions between people and AI agents. What an agent says streams as it is said; what
            is finished stays; and you can leave in mid-answer and come back to the same place.
          </p>
          ${lacksConsole ? html`<p class="missing">The web console is not built. Run <code>npm run console</code> in the checkout, and load this page again.</p>` : ''}
          ${faults.length > 0 ? html`<h2>What went wrong</h2>${faults.toReversed().map(faultOf)}` : ''}
          <h2>Agents</h2>
          <ul class="agents">
            ${agents.map(
              (agent) => html`<li>
                <h3>${agent.name}</h3>
                <p>${agent.description ?? 'No description.'}</p>
                <p class="model">Thinks with ${agent.model ?? 'its own code'}.</p>
                ${agent.examples.length > 0 ? html`<p>Ask it: ${agent.examples.map((each) => html`<q>${each}</q> `)}</p>` : ''}
              </li>`,
            )}
          </ul>
          <h2>Talk to it</h2>
          <p>In a terminal, from the folder of the project:</p>
          <pre><code>npx longwire chat ${first?.name ?? ''}</code></pre>
          <p>Over HTTP, with nothing but curl:</p>
          <pre><code>curl -s ${origin}/v1/sessions -d '${JSON.stringify({ agent: first?.name ?? 'agent' })}'
curl -N ${origin}/v1/sessions/<i>SESSION</i>/events -H 'accept: text/event-stream'
curl -s ${origin}/v1/sessions/<i>SESSION</i>/commands -d '${JSON.stringify({ type: 'input', id: '1', text: question })}'</code></pre>
          <p>Over one WebSocket, <code>${socket}/v1/socket</code>:</p>
          <pre><code>${JSON.stringify({ type: 'open', id: 'a', ch: 1, agent: first?.name ?? 'agent' })}
${JSON.stringify({ type: 'input', id: 'b', ch: 1, text: question })}</code></pre>
          <p class="doors">
            <a href="/v1/agents">agents</a> · <a href="/v1/sessions">your sessions</a> · <a href="/healthz">health</a> ·
            <a href="/metrics">metrics</a>
          </p>
        </main>
      </body>
    </html>`
}

/** What went wrong in agents, to be laid over the console of whoever writes them; nothing where nothing did. */
export function faultsOver(faults: readonly AgentFault[]): string {
  if (faults.length === 0) return ''
  return String(html`<details class="faults">
    <summary>What went wrong in agents (${faults.length})</summary>
    ${faults.toReversed().map(faultOf)}
  </details>`)
}

/** An error of an agent, newest first, with the line it came from. */
function faultOf({ file, at, about, message, text, source }: AgentFault) {
  const where = source ? `${source.path}:${source.line}` : file
  const lines = source?.around.map(({ line, text }) => {
    const row = `${String(line).padStart(5)}  ${text}\n`
    return line === source.line ? html`<mark>${row}</mark>` : row
  })
  return html`<article class="fault">
    <h3>${message}</h3>
    <p class="model">${about}, <time>${new Date(at).toISOString()}</time></p>
    <p class="model">${where}</p>
    ${lines ? html`<pre><code>${lines}</code></pre>` : ''}
    <details><summary>All of it</summary><pre><code>${text}</code></pre></details>
  </article>`
}

export const FRONT_PAGE_CSS = `
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e6e8eb); --soft: light-dark(#60646c, #a0a6ad);
  --line: light-dark(#e0e3e7, #2b3036); --paper: light-dark(#fbfcfd, #111417); --card: light-dark(#fff, #181c20);
  --accent: light-dark(#0b68cb, #6cb6ff); --wrong: light-dark(#c62a2f, #ff8b8b); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 4rem 1.5rem; }
h1 { font-size: 2rem; letter-spacing: -0.02em; margin: 0 0 0.5rem; }
h2 { font-size: 1.05rem; margin: 2.5rem 0 0.75rem; }
h3 { font: 600 0.95rem ui-monospace, monospace; margin: 0; }
.lead { font-size: 1.1rem; color: var(--soft); margin: 0; }
.agents { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; }
.agents li { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem 1.25rem; }
.agents p { margin: 0.35rem 0 0; }
.model { color: var(--soft); font-size: 0.9rem; }
q { color: var(--accent); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.9rem 1.1rem; overflow-x: auto;
  font: 0.85rem/1.6 ui-monospace, monospace; margin: 0.25rem 0 1rem; }
article { background: var(--card); border: 1px solid var(--line); border-left: 3px solid var(--wrong); border-radius: 0.5rem;
  padding: 0.9rem 1.1rem; margin-bottom: 0.75rem; }
.fault h3 { color: var(--wrong); overflow-wrap: anywhere; }
.fault p { margin: 0.25rem 0; overflow-wrap: anywhere; }
.fault pre { margin-top: 0.75rem; }
mark { background: color-mix(in srgb, var(--wrong) 18%, transparent); color: inherit; }
summary { color: var(--soft); cursor: pointer; font-size: 0.9rem; }
.missing { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.9rem 1.1rem; margin: 1.5rem 0 0; }
.doors { color: var(--soft); margin-top: 2rem; }
a { color: var(--accent); }
`
