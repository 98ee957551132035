export { type Fault, faultKinds } from './faults.ts'
export { type Message, openMailbox } from './mailbox.ts'
