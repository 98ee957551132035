import { NotFoundMessage } from '../components/layout/not-found.tsx'
import { respondNotFound } from '../queries/page.ts'

export default function NotFound() {
  respondNotFound()
  return <NotFoundMessage />
}
