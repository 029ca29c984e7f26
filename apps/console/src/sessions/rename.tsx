import { Button } from '@base-ui/react/button'
import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'

const LONGEST = 200

export interface RenameProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onRename: (title: string) => void
  readonly onClose: () => void
}

export function Rename({ title, isOpen, onRename, onClose }: RenameProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => next || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Rename this session</Dialog.Title>
          <NameForm title={title} onRename={onRename} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function NameForm({ title, onRename }: Pick<RenameProps, 'title' | 'onRename'>) {
  const [name, setName] = useState(title)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') onRename(name.trim())
      }}
    >
      <label className="labelled dialog-field">
        <span>Name</span>
        <input
          className="field"
          required
          maxLength={LONGEST}
          value={name}
          onFocus={({ target }) => target.select()}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <div className="actions">
        <Dialog.Close className="button">Cancel</Dialog.Close>
        <Button type="submit" className="button primary">
          Rename
        </Button>
      </div>
    </form>
  )
}
