import { connect } from '@longwire/client'

const client = connect(location.origin)

// The session belongs to the tab: after a reload it is the same one.
const id = sessionStorage.getItem('session') ?? crypto.randomUUID()
sessionStorage.setItem('session', id)
const session = await client.open({ agent: 'guide', session: id })

const messages = document.querySelector('#messages')!
const requests = document.querySelector('#requests')!
const form = document.querySelector('form')!
const line = document.querySelector('output')!

function show(): void {
  const said = session.view.turns.flatMap((turn) => turn.messages)
  messages.replaceChildren(
    ...said.map(({ role, parts }) => {
      const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
      return element('p', `${role}: ${text}`)
    }),
  )
  requests.replaceChildren(
    ...session.view.requests.map(({ request, message }) => {
      const yes = element('button', `${message} Yes`)
      yes.onclick = () => session.answer(request, { approved: true })
      return yes
    }),
  )
}

function element<Tag extends 'p' | 'button'>(tag: Tag, text: string): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), { textContent: text })
}

form.onsubmit = (event) => {
  event.preventDefault()
  void session.send(String(new FormData(form).get('text')))
  form.reset()
}
client.subscribe(() => {
  line.textContent = client.state.kind
})
session.subscribe(show)
show()
