const { session } = await post('/v1/sessions', { agent: 'guide' })
let said = ''

// EventSource comes back by itself, and says where it stood: `Last-Event-ID` is the place.
const events = new EventSource(`/v1/sessions/${session}/events`)
events.onmessage = ({ data }) => {
  const event = JSON.parse(data)
  if (event.type === 'chunk.text') said += event.text
  if (event.type === 'step.rolledback') said = ''
  if (event.type === 'control.requested') command({ type: 'answer', request: event.request, approved: true })
  if (event.type === 'turn.ended') events.close()
  document.querySelector('output').textContent = said
}
await command({ type: 'input', text: 'the sea' })

function command(body) {
  return post(`/v1/sessions/${session}/commands`, { id: crypto.randomUUID(), ...body })
}

async function post(path, body) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return answer.json()
}
