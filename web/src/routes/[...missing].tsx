import { Missing } from '../components/layout/missing.tsx'
import { noteMissing } from '../queries/reads.ts'

export default function NotFound() {
  noteMissing()
  return <Missing />
}
