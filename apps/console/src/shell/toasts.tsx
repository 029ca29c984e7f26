import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { toasts } from './toast.ts'

export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} timeout={6_000}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ShownToasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function ShownToasts() {
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Toast.Content className="toast-body">
        <div className="toast-text">
          <Toast.Title className="toast-title" />
          <Toast.Description className="toast-about" />
        </div>
        <Toast.Action className="button small" />
        <Toast.Close className="button quiet small square" aria-label="Dismiss">
          <X size={14} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
