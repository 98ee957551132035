import { noteMissing } from '../market/reads.ts'
import { Missing } from '../parts/missing.tsx'

export default function NotFound() {
  noteMissing()
  return <Missing />
}
